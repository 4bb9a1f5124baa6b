-- The cells of 100 m that a circle touches, as before, and ten times as fast where neither the seam nor a pole is near.
CREATE OR REPLACE FUNCTION worlds.cells_near(circumference bigint, x bigint, y bigint, radius bigint)
RETURNS SETOF bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF circumference IS NULL OR (x >= radius AND x + radius < circumference
                                 AND abs(y) + radius <= circumference / 4) THEN
        FOR cy IN floor((y - radius) / 1000.0)::bigint .. floor((y + radius) / 1000.0)::bigint LOOP
            FOR cx IN floor((x - radius) / 1000.0)::bigint .. floor((x + radius) / 1000.0)::bigint LOOP
                RETURN NEXT (cy::bigint << 32) + cx;
            END LOOP;
        END LOOP;
        RETURN;
    END IF;
    RETURN QUERY
        SELECT DISTINCT (cy << 32) + cx
        FROM (VALUES (x, y),
                     ((x + circumference / 2) % circumference, circumference / 2 - y),
                     ((x + circumference / 2) % circumference, -circumference / 2 - y)) AS image (at_x, at_y),
             (VALUES (0), (circumference), (-circumference)) AS seam (shift),
        LATERAL generate_series(
            floor(greatest(at_x + shift - radius, 0) / 1000.0)::bigint,
            floor(least(at_x + shift + radius, circumference - 1) / 1000.0)::bigint
        ) AS cx,
        LATERAL generate_series(
            floor(greatest(at_y - radius, -circumference / 4) / 1000.0)::bigint,
            floor(least(at_y + radius, circumference / 4) / 1000.0)::bigint
        ) AS cy;
END
$$;
