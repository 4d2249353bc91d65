from .completeness import map_completeness as map_completeness
from .settings import Completeness as Completeness
from .settings import People as People
from .settings import PeopleGrid as PeopleGrid
from .spread import other_sources as other_sources
from .spread import spread_people as spread_people
from .tables import COMPLETENESS as COMPLETENESS
from .tables import PEOPLE as PEOPLE
