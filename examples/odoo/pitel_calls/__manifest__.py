{
    'name': 'Pitel calls',
    'summary': 'Takes the call events of the Pitel event bridge by webhook',
    'version': '1.0.0',
    'license': 'LGPL-3',
    'depends': ['base'],
    'data': ['security/ir.model.access.csv'],
}
