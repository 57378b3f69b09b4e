"""As much of Odoo's framework as examples/odoo uses, with tables in memory; Debian has no Odoo."""
import sys
import types


def _field(**_):
    return None


class Records:
    """A recordset of at most one row."""

    def __init__(self, model, row=None):
        self.__dict__.update(model=model, row=row)

    def __bool__(self):
        return self.row is not None

    def __getattr__(self, name):
        return self.row[name]

    def write(self, values):
        self.row.update(values)


class Model:
    """`search` knows the domain of one field that equals a value."""

    def __init__(self, env):
        self.env = env

    def sudo(self):
        return self

    def search(self, domain, limit=None):
        ((field, _, value),) = domain
        found = next((row for row in self.env.tables[self._name] if row[field] == value), None)
        return Records(self, found)

    def create(self, values):
        self.env.tables[self._name].append(dict(values))


class Controller:
    pass


class Response:
    def __init__(self, text, status=200):
        self.text, self.status = text, status


def route(path, **options):
    def mark(method):
        method.route = (path, options)
        return method

    return mark


def _module(name, **content):
    module = types.ModuleType(name)
    module.__dict__.update(content)
    sys.modules[name] = module
    return module


request = types.SimpleNamespace(make_response=Response)
http = _module('odoo.http', Controller=Controller, route=route, request=request)
models = _module('odoo.models', Model=Model)
fields = _module('odoo.fields', Char=_field, Text=_field)
api = _module('odoo.api', model=lambda method: method)
