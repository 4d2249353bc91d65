from .asked import NEW_CITY_COMMAND as NEW_CITY_COMMAND
from .asked import AskedCity as AskedCity
from .asked import read_new_city as read_new_city
from .asked import split_new_city as split_new_city
from .write import begin_city as begin_city
