from .options import Walks as Walks
from .options import measure_options as measure_options
from .portfolio import choose_portfolio as choose_portfolio
from .settings import Portfolio as Portfolio
from .tables import PORTFOLIO as PORTFOLIO
from .tables import PORTFOLIO_FRONT as PORTFOLIO_FRONT
from .tables import PORTFOLIO_GAIN as PORTFOLIO_GAIN
from .tables import PORTFOLIO_SITES as PORTFOLIO_SITES
