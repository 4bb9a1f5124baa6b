"""The words that answers are searched for: English, German and Spanish, and Turkish for what the questions offer.

Source: worlds 10.1, 10.3 and 11.1.

They are written without accents, in lower case; plurals and other endings are found as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from worlds.interview.configuration import GeologicalAge, MagicLevel, TechLevel

STOP: Final = (
    "stop, stop it, dur, iptal, stop making it, do not make it, dont make it, cancel, cancel it, abort,"
    " give it up, halt,"
    " abbrechen, brich ab, stopp, hor auf, nicht machen, cancelar, cancela, para, detente, no lo hagas"
)
"""Of someone whose world is being made: it is not to be made after all."""
_NO_ONE: Final = "nobody"

Words = Mapping[str, str]
"""{what is meant: the words for it, separated by commas}"""

TECHNOLOGY: Final[Mapping[TechLevel, str]] = {
    "stone_age": "stone age, stoneage, steinzeit, steinzeitlich, edad de piedra, prehistoric, tas devri,"
    " primitive, primitivo,"
    " neolithic, paleolithic, cavemen, tribal",
    "medieval": "medieval, mediaeval, middle ages, mittelalter, mittelalterlich, medievo, edad media, feudal,"
    " orta cag, ortacag, knight,"
    " ritter, caballero, bronze age, iron age",
    "renaissance": "renaissance, renacimiento, ronesans, gunpowder, age of sail, early modern",
    "industrial": "industrial, industriell, sanayi, endustri, steam, steampunk, dampfmaschine, maquina de vapor,"
    " victorian",
    "modern": "modern, moderno, cagdas, contemporary, present day, twentieth century, gegenwart",
    "futuristic": "futuristic, futuristisch, futurista, futuristik, science fiction, scifi, sci fi, cyberpunk,"
    " spaceship,"
    " space age, raumschiff, nave espacial, robot, future, zukunft, futuro",
    "mixed": "mixed, mix, mixture, gemischt, mixto, karisik, karma, mezcla, mezclado",
}
MAGIC_ABSENT: Final = (
    "no magic, without magic, no magic at all, magic is absent, keine magie, ohne magie, sin magia, no hay magia,"
    " no spells, ninguna magia, buyu yok, buyusuz, sihir yok, sihirsiz"
)
MAGIC: Final[Mapping[MagicLevel, str]] = {
    "none": f"{MAGIC_ABSENT}, absent",
    "dominant": "dominant, dominante, dominates, egemen, baskin, everywhere, uberall, omnipresent, high magic,"
    " everyone can cast",
    "common": "common, comun, haufig, yaygin, verbreitet, everyday, alltaglich, frecuente, lots of magic, much magic",
    "rare": "rare, selten, raro, nadir, seyrek, rara, scarce, low magic, little magic, wenig magie, poca magia",
}
MAGICAL: Final = (
    "magic, magical, magie, magisch, magia, magico, wizard, witch, sorcerer, spell, buyu, buyulu, sihir,"
    " zauber, zauberer, hexe, hechizo, mago"
)
SIZES: Final[Words] = {
    "tiny": "tiny, winzig, minik, ufacik, diminuto",
    "small": "small, little, klein, kucuk, pequeno, pequena",
    "medium": "medium, middling, orta, mid sized, mittelgross, mittlere, mittel, mediano, mediana, average",
    "large": "large, big, gross, buyuk, grande, earth sized, earthlike, wie die erde, como la tierra",
    "huge": "huge, giant, devasa, gigantic, enormous, vast, riesig, gigantisch, enorme, gigante, inmenso",
}
WORLDS: Final = "world, planet, dunya, gezegen, welt, mundo, planeta, globe, moon"
CLIMATES: Final[Words] = {
    "frozen": "frozen, ice, icy, donmus, buzlu, buzul, arctic, polar, glacier, glacial, snow, snowy, eis, eisig,"
    " gefroren, vereist, arktisch,"
    " gletscher, schnee, helado, congelado, hielo, artico, glaciar, nieve, nevado",
    "cold": "cold, chilly, soguk, cool, kalt, kuhl, frio, fria, tundra",
    "temperate": "temperate, mild, iliman, gemassigt, gemassigte, templado, templada",
    "desert": "desert, dune, sicak col, col iklimi, wuste, desierto, duna, sandy",
    "tropical": "tropical, tropics, tropik, jungle, rainforest, tropisch, tropen, dschungel, regenwald, tropico, selva",
    "hot": "hot, scorching, sicak, kavurucu, blazing, heiss, caliente, caluroso, ardiente, torrido",
    "warm": "warm, calido, ilik, calida",
    "varied": "varied, varying, degisken, cesitli, diverse, all climates, every climate, abwechslungsreich,"
    " vielfaltig, verschieden,"
    " variado, variada, diverso",
}
RAINS: Final[Words] = {
    "arid": "arid, parched, durr, arido, arida",
    "dry": "dry, trocken, seco, seca",
    "moderate": "moderate rain, some rain, massiger regen, lluvia moderada",
    "wet": "wet, rainy, humid, damp, feucht, nass, regnerisch, humedo, humeda, lluvioso, lluviosa",
}
LAND: Final[Words] = {
    "10% land": "ocean world, water world, almost no land, endless ocean, only water, wasserwelt, mundo oceanico,"
    " endless sea",
    "20% land": "archipelago, island, mostly water, mostly ocean, mostly sea, inselwelt, archipel, insel, meist wasser,"
    " archipielago, isla, mayormente agua, casi todo agua, many seas",
    "50% land": "half water, half land, half and half, halb wasser, mitad agua, mitad tierra",
    "80% land": "mostly land, little water, hardly any water, almost no water, few seas, meist land, wenig wasser,"
    " mayormente tierra, poca agua",
    "100% land": "no water, no sea, no ocean, no seas, no oceans, kein wasser, sin agua, sin mar, keine meere",
}
SEAS: Final[Words] = {
    "high": "flooded, flood, drowned, high seas, high sea level, high water level, uberflutet, inundado",
    "low": "low seas, low sea level, low water level, niedriger meeresspiegel, nivel del mar bajo",
}
AGES: Final[Mapping[GeologicalAge, str]] = {
    "young": "young, new, genc, newborn, jung, joven, nuevo, nueva, fresh",
    "mature": "mature, middle aged, olgun, grown, reif, mittel, maduro, madura, medium, average",
    "old": "old, ancient, yasli, eski, worn, aged, alt, uralt, viejo, vieja, antiguo, antigua",
}
NUMBERS: Final[Words] = {
    "none": "none, no, zero, hic, hicbiri, without, moonless, kein, keine, keinen, null, ninguno, ninguna, sin, cero",
    "1": "one, single, tek, a, ein, eine, einen, einer, uno, una, un, just one",
    "2": "two, twin, iki, pair, a pair, a couple, couple, double, zwei, dos, both",
    "3": "three, drei, uc, tres, triple",
    "4": "four, vier, dort, cuatro",
    "5": "five, funf, cinco",
    "6": "six, half a dozen, sechs, seis",
    "7": "seven, sieben, siete",
    "8": "eight, acht, ocho",
    "9": "nine, neun, nueve",
    "10": "ten, zehn, diez",
    "12": "dozen, a dozen, twelve, zwolf, dutzend, doce, docena",
    "many": "many, several, cok, birkac, lots, a lot, a few, plenty, dozens, viele, mehrere, muchos, muchas,"
    " varios, varias, swarm,"
    " ring of",
    "random": "random, chance, rastgele, surprise, any, whatever, zufall, zufallig, azar, aleatorio, sorpresa,"
    " surprise me",
}
TENS: Final[Mapping[int, str]] = {
    10: "ten, zehn, diez",
    20: "twenty, zwanzig, veinte",
    30: "thirty, dreissig, treinta",
    40: "forty, fourty, vierzig, cuarenta",
    50: "fifty, funfzig, cincuenta",
    60: "sixty, sechzig, sesenta",
    70: "seventy, siebzig, setenta",
    80: "eighty, achtzig, ochenta",
    90: "ninety, neunzig, noventa",
    100: "hundred, a hundred, one hundred, hundert, cien",
}
UNITS: Final[Mapping[int, str]] = {
    1: "one",
    2: "two",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
}
"""After tens: thirty-five. Of other languages, tens will do."""
MOONS: Final = "moon, mond, ay, uydu, monde, luna, satellite, trabant, satelite"
GROUND: Final = "geology, geological, jeoloji, ground, tectonic, plates, geologie, boden, geologia, suelo, mountains"
LIFE: Final = (
    "life, living, yasam, hayat, evolution, animals, plants, creatures, leben, tiere, vida, animales, ecosystem"
)
DISEASES: Final = (
    "disease, plague, hastalik, illness, sickness, pandemic, krankheit, seuche, enfermedad, peste,"
    " plaga, infection, pest"
)
EVERYTHING: Final = (
    "everything, all, hepsi, her sey, evet, yes, both, sure, alles, ja, beides, todo, si, all of it, full"
)
NOTHING: Final = "nothing, none, no, off, hayir, hicbiri, nein, nichts, nada, neither, keine, static"
DENIALS: Final = (
    f"no, none, {_NO_ONE}, nothing, not, without, never, dont, isnt, arent, doesnt, wont, disable, off, skip, minus,"
    " nor, kein, keine, keinen, keiner, nicht, ohne, nie, weder, sin, nunca, ni, ninguno, ninguna, nadie,"
    " nada, niemand, nichts"
)

SPECIES: Final[Words] = {
    "human": "human, humanity, insan, mankind, mensch, menschen, humano, humana",
    "elf": "elf, elves, elfler, elven, elfe, elfen, elb, elben, elfo",
    "dwarf": "dwarf, dwarves, cuce, cuceler, dwarven, zwerg, zwerge, enano",
    "orc": "orc, ork, orklar, orcish, orco",
    "goblin": "goblin, kobold, trasgo, duende",
    "troll": "troll, trol",
    "ogre": "ogre, oger, ogro",
    "giant": "giants, riese, riesen, gigantes",
    "dragon": "dragon, draco, ejderha, drache, drachen",
    "gnome": "gnome, gnom, gnomo",
    "halfling": "halfling, hobbit, halbling, mediano folk",
    "merfolk": "merfolk, mermaid, merman, merpeople, meermensch, meerjungfrau, sirena",
    "fairy": "fairy, fairies, fae, feen, hada",
    "lizardfolk": "lizardfolk, lizard people, lizardmen, reptilian, echsenmensch, echsen, hombre lagarto, lagarto",
    "catfolk": "catfolk, cat people, katzenmensch, gente gato",
    "birdfolk": "birdfolk, bird people, avian, vogelmensch, gente pajaro",
    "insectoid": "insectoid, insect people, ant people, insektoid, insectoide",
    "treefolk": "treefolk, ent, ents, tree people, baummensch, baumhirte, gente arbol",
    "centaur": "centaur, zentaur, kentaur, centauro",
    "minotaur": "minotaur, minotauro",
    "vampire": "vampire, vampir, vampiro",
    "werewolf": "werewolf, werewolves, werwolf, werwolfe, hombre lobo",
    "undead": "undead, zombie, skeletons, untote, no muertos, esqueleto",
    "robot": "robot, android, machine people, roboter, androide, automaton",
    "alien": "alien, extraterrestrial, ausserirdische, extraterrestre",
    "demon": "demon, daemon, damon, damonen, demonio",
    "angel": "angel, engel",
    "spirit": "spirits, ghosts, geister, espiritu, fantasma",
}

TONES: Final[Words] = {
    "dark": "dark, grim, bleak, gloomy, dunkel, duster, finster, oscuro, oscura, sombrio",
    "frightening": "horror, scary, terrifying, haunted, grusel, unheimlich, terror",
    "hopeful": "hopeful, bright, hoffnungsvoll, hell, esperanza, luminoso",
    "cheerful": "cheerful, happy, funny, silly, whimsical, frohlich, lustig, alegre, divertido, cozy",
    "mysterious": "mysterious, mystery, eerie, strange, geheimnisvoll, mysterios, misterioso, misteriosa",
    "epic": "epic, heroic, episch, heroisch, epico, heroico",
    "melancholic": "melancholic, sad, lonely, melancholisch, traurig, einsam, melancolico, triste",
    "peaceful": "peaceful, calm, quiet, gentle, friedlich, ruhig, pacifico, tranquilo",
}
FEATURES: Final[Words] = {
    "floating islands": "floating islands, floating island, sky islands, schwebende inseln, islas flotantes",
    "volcanoes": "volcano, volcanic, vulkan, volcan, lava",
    "mountains": "mountain, peaks, berg, berge, gebirge, montana",
    "canyons": "canyon, gorge, schlucht, canon",
    "forests": "forest, woods, wald, walder, bosque",
    "swamps": "swamp, marsh, bog, sumpf, sumpfe, moor, pantano",
    "rivers": "river, fluss, flusse, rio",
    "lakes": "lake, see, seen, lago",
    "caves": "cave, cavern, underground, hohle, cueva",
    "ruins": "ruin, ruine, ruina",
    "crystals": "crystal, kristall, cristal",
    "glaciers": "glacier, gletscher, glaciar",
    "dunes": "dune, duna",
    "reefs": "reef, riff, arrecife",
    "storms": "storm, hurricane, sturm, sturme, tormenta",
    "craters": "crater, krater",
}
EXTREME: Final = ("volcanoes", "storms", "glaciers", "craters")
POLITICS: Final[Words] = {
    "monarchy": "king, queen, monarchy, kingdom, konig, konigin, konigreich, rey, reina, reino, monarquia",
    "empire": "empire, emperor, imperium, kaiser, kaiserreich, imperio, emperador",
    "council": "council, elders, rat, rate, alteste, consejo, ancianos",
    "republic": "republic, democracy, parliament, senate, elected, republik, demokratie, republica, democracia",
    "clans": "clan, tribe, stamm, stamme, tribu",
    "city states": "city states, city state, stadtstaat, ciudad estado",
    "theocracy": "theocracy, priests, theokratie, priester, teocracia, sacerdote",
    "guilds": "guild, gilde, gremio",
    "dictatorship": "dictator, tyrant, tyranny, diktator, tyrann, tirano, dictadura",
    "anarchy": "anarchy, no rulers, no one rules, anarchie, anarquia",
}
ECONOMIES: Final[Words] = {
    "trade": "trade, trading, merchant, handel, handler, comercio, mercader",
    "barter": "barter, tausch, tauschhandel, trueque",
    "farming": "farming, farmer, agriculture, landwirtschaft, bauern, agricultura",
    "fishing": "fishing, fisher, whaling, fischfang, fischer, pesca",
    "hunting": "hunting, hunter, jagd, jager, caza",
    "mining": "mining, miner, mines, bergbau, mineria, minas",
    "crafts": "craft, smith, handwerk, schmied, artesania, herrero",
    "piracy": "piracy, pirate, raiding, piraten, pirata",
}
VALUES: Final[Words] = {
    "honour": "honour, honor, ehre",
    "freedom": "freedom, liberty, freiheit, libertad",
    "knowledge": "knowledge, wisdom, wissen, weisheit, conocimiento, sabiduria",
    "family": "family, kin, familie, familia",
    "strength": "strength, courage, starke, mut, fuerza, valor",
    "faith": "faith, glaube, fe",
    "wealth": "wealth, gold, reichtum, riqueza",
    "harmony": "harmony, balance, nature, harmonie, natur, armonia, naturaleza",
}
RELIGIOUS: Final = (
    "god, goddess, temple, religion, church, worship, pray, cult, ancestors, spirits, gott, gotter, gottin, tempel,"
    " kirche, kult, ahnen, dios, diosa, templo, iglesia, culto, ancestros, sun worship, believe in"
)
FORBIDDEN: Final = "taboo, forbidden, tabu, verboten, prohibido, never allowed, must not"

COMMANDS: Final = (
    "look, l, inventory, inv, i, help, who, where, map, score, skills, quit, exit, leave, lobby, back, stop, cancel,"
    " undo, weather, worlds, time, north, south, east, west, up, down, go north, go south, go east, go west, log out,"
    " logout, tell statue, tell statue yes, say hello, restart, reset, hilfe, ayuda, zuruck, abbrechen"
)
"""What people type who want something else of the game: it describes no world."""
VAGUE: Final = (
    f"{COMMANDS}, i dont know, dont know, idk, dunno, no idea, not sure, unsure, whatever, anything, something,"
    " dont care, i dont care, who cares, you choose, you decide, up to you, nothing special, stuff, things, meh, hm,"
    " hmm, uh, um, ok, okay, yes, no, maybe, perhaps, cool, nice, good, lol, asdf, test, blah, weiss nicht,"
    " bilmiyorum, fark etmez, farketmez, sen sec,"
    " keine ahnung, egal, mir egal, irgendwas, was auch immer, such dir was aus, vielleicht, ja, nein, no se,"
    " ni idea, lo que sea, cualquier cosa, da igual, algo, tu eliges, quizas, si"
)
NEGATIVE: Final = (
    f"none, nothing, no one, {_NO_ONE}, no, no conflict, no conflicts, peace, nada, nadie, ninguno, ninguna, nichts,"
    " niemand, keine, keiner, kein, kein konflikt, yok, hic, hicbiri, hic kimse, frieden, paz"
)
"""Answers that say something by denying it."""

GREETINGS: Final = (
    "hello, hi, hey, hallo, hola, good day, guten tag, buenos dias, start, begin, help, create, create world,"
    " make world, make a world, i want to make a world, new world, interview, neue welt, nuevo mundo, anfangen, empezar"
)
CONTINUE: Final = (
    "continue, continue please, devam, devam et, go on, go deeper, deeper, more, keep going, weiter, tiefer, mehr,"
    " continuar, continua,"
    " seguir, sigue, mas"
)
CONFIRM: Final = (
    "yes, yes please, evet, onayla, tamam, y, yep, yeah, create, create it, create world, confirm, confirmed,"
    " looks good, it looks good,"
    " looks good to me, yes create it, make it, do it, ja, ja bitte, erschaffen, bestatigen, sieht gut aus, passt, si,"
    " crear, confirmar, se ve bien, adelante"
)
