-- A report keeps the text that it is about, and is also of a profile or a template.
ALTER TABLE personas.reports
    ADD COLUMN persona_id  uuid REFERENCES personas.personas ON DELETE CASCADE,
    ADD COLUMN template_id uuid REFERENCES personas.templates ON DELETE CASCADE,
    ADD COLUMN content     text,
    ADD COLUMN thing_id    uuid GENERATED ALWAYS AS (coalesce(post_id, reply_id, persona_id, template_id)) STORED,
    DROP CONSTRAINT reports_name_one_thing,
    ADD CONSTRAINT reports_name_one_thing CHECK (num_nonnulls(post_id, reply_id, persona_id, template_id) = 1);
COMMENT ON COLUMN personas.reports.persona_id IS 'whose profile is reported';
COMMENT ON COLUMN personas.reports.content IS 'what was reported, as it was then; null for reports from before it was kept';
COMMENT ON COLUMN personas.reports.thing_id IS 'what is reported, of whichever kind';
CREATE UNIQUE INDEX reports_one_per_persona ON personas.reports (account_id, persona_id) WHERE persona_id IS NOT NULL;
CREATE UNIQUE INDEX reports_one_per_template ON personas.reports (account_id, template_id) WHERE template_id IS NOT NULL;
CREATE INDEX reports_by_persona ON personas.reports (persona_id);
CREATE INDEX reports_by_template ON personas.reports (template_id);
CREATE INDEX reports_by_thing ON personas.reports (thing_id, created_at, report_id);

-- What an administrator has taken down is not public, and its author cannot make it so.
ALTER TABLE personas.public_profiles
    ADD COLUMN hidden_at timestamptz, ADD COLUMN was_public boolean NOT NULL DEFAULT false;
ALTER TABLE personas.templates
    ADD COLUMN hidden_at timestamptz, ADD COLUMN was_public boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN personas.public_profiles.hidden_at IS 'taken down by an administrator after a report';
COMMENT ON COLUMN personas.public_profiles.was_public IS 'whether it becomes public when an administrator puts it back';
COMMENT ON COLUMN personas.templates.hidden_at IS 'taken down by an administrator after a report';
COMMENT ON COLUMN personas.templates.was_public IS 'whether it becomes public when an administrator puts it back';
