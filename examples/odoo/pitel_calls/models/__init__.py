from . import pitel_call
