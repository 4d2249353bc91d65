"""What runs are named and compared by; nothing heavy is loaded for it, since every start of Snakemake reads it."""

RECORD = "run.json"
# what ranks and the recommended set follow from, the ground given
ANSWER_KEYS = (
    *("city.country", "city.main_mode", "analysis.travel", "analysis.transit", "analysis.reach", "analysis.network"),
    *("analysis.people_grid.link_within_m", "analysis.candidates", "analysis.reference.places"),
    *("analysis.accessibility.h3_resolution", "analysis.seed", "analysis.score"),
)
# the scripts whose work `answers` does anew
MEASURING = ("measure_reach", "measure_reference")
SCORING = ("lay_scales", "score_candidates", "recommend_set")
ANSWERING = (*MEASURING, *SCORING)
STREET_TABLES = ("study_area", "street_nodes", "street_edges", "stations", "services")
# what is measured, before anything is
GROUND = (*STREET_TABLES, "heritage", "located_creative", "amenities", "people")
# all that a comparison reads
READ = (*GROUND, "creative", "candidates", "reference", "scores", "recommended")
