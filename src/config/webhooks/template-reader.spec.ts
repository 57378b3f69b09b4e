import { templateProblems } from '../../../test/support/webhook-template.js';

describe('a template that does not fit', () => {
  it.each<[string, unknown, string | RegExp]>([
    [
      'an unknown field',
      { body: { number: '{customer.number}' } },
      /\.body\.number has a placeholder with an unknown field; there are id, /,
    ],
    [
      'one of an inherited name',
      { body: { a: '{constructor}' } },
      /\.body\.a has a placeholder with an unknown field/,
    ],
    ['one deep in it', { body: { a: [1, { b: '{x}' }] } }, /\.body\.a\[1\]\.b has a placeholder/],
    ['one in the query', { query: { a: '{x}' } }, /\.query\.a has a placeholder/],
    ['one in a form', { form: { a: '{x}' } }, /\.form\.a has a placeholder/],
    ['one in the path', { path: '/{x}' }, /\.path has a placeholder/],
    [
      'one of several requests',
      { requests: [{ path: '/' }, { query: { a: '{x}' } }] },
      /\.requests\[1\]\.query\.a has a placeholder/,
    ],
    ['one in words', { words: { x: { a: 'b' } }, path: '/' }, /\.words\.x is an unknown field/],
    ['one in when', { when: { x: 'a' }, path: '/' }, /\.when\.x is an unknown field/],
    ['one in needs', { needs: ['x'], path: '/' }, /\.needs\[0\] is an unknown field/],
    [
      'an open brace',
      { query: { a: '{customer.raw' } },
      /\.query\.a has a brace that closes or opens no placeholder/,
    ],
    ['a closing brace', { query: { a: 'customer.raw}' } }, /\.query\.a has a brace/],
    ['an empty placeholder', { query: { a: '{}' } }, /\.query\.a has a placeholder with an unknown field/],
    [
      'an empty alternative',
      { query: { a: '{customer.raw|}' } },
      /\.query\.a has a placeholder with an unknown field/,
    ],
    ['an open quote', { query: { a: "{customer.raw|'x}" } }, /\.query\.a has a/],
    ['another unit', { query: { a: '{waitMs:hours}' } }, /\.query\.a has a placeholder with a unit/],
    ['a unit of no time', { query: { a: '{outcome:seconds}' } }, /\.query\.a has a placeholder with a unit/],
    ['an item of nothing', { query: { a: '{item.extension}' } }, '.query.a has item outside of a repetition'],
    [
      'an item of texts with a name',
      { body: { each: 'callback.callIds', value: '{item.id}' } },
      '.body.value has item. with a name: callback.callIds has texts, which are {item}',
    ],
    [
      'an item without a name where there are several',
      { body: { each: 'queues', value: '{item}' } },
      '.body.value has item. with an unknown name; queues has id, name',
    ],
    [
      'an item of an inherited name',
      { body: { each: 'queues', value: '{item.constructor}' } },
      '.body.value has item. with an unknown name; queues has id, name',
    ],
    [
      'a unit of an item that is no time',
      { body: { each: 'callback.parts', value: '{item.missed:seconds}' } },
      /\.body\.value has a placeholder with a unit/,
    ],
    [
      'a condition on texts',
      { body: { each: 'upstreamIds', where: { id: 'x' }, value: '{item}' } },
      '.body.where.id is no field: upstreamIds has texts',
    ],
    [
      'an item of another list',
      { query: { a: { each: 'queues', value: '{item.extension}' } } },
      '.query.a.value has item. with an unknown name; queues has id, name',
    ],
    [
      'a repetition over nothing',
      { query: { a: { each: 'agents', value: 'x' } } },
      /\.query\.a\.each must be one of extensions, queues, /,
    ],
    [
      'a repetition with another field',
      { body: { each: 'queues', value: 'x', join: ',' } },
      '.body may have no other fields than each, where, value',
    ],
    [
      'a condition on another field',
      { body: { each: 'queues', where: { state: 'x' }, value: 'x' } },
      '.body.where.state must be one of id, name',
    ],
    [
      'an object in the query',
      { query: { a: { b: 'c' } } },
      '.query.a must be a text, or an object with each and value',
    ],
    [
      'a number in the query',
      { query: { a: 1 } },
      '.query.a must be a text, or an object with each and value',
    ],
    [
      'a type that is none',
      { types: ['call-begun'], path: '/' },
      /\.types\[0\] must be one of call-started, /,
    ],
    ['a method that is none', { method: 'DELETE', path: '/' }, '.method must be one of GET, POST, PUT'],
    ['a GET with a body', { method: 'GET', body: {} }, '.method must not be GET with a form or a body'],
    ['both a form and a body', { form: {}, body: {} }, '.form cannot be there beside body'],
    [
      'both one request and several',
      { requests: [{ path: '/' }], path: '/' },
      '.requests cannot be there beside path',
    ],
    ['no request', {}, ' must have requests, or the fields of one'],
    ['an empty list', { requests: [] }, '.requests must not be empty'],
    ['a relative path', { path: 'a' }, '.path must begin with /'],
    [
      'a time that is none',
      { time: 'iso', path: '/' },
      /\.time must be rfc3339, seconds, milliseconds, or a pattern/,
    ],
    ['a pattern of other letters', { time: 'YYYY-MM-dd', path: '/' }, /\.time must be/],
    ['a zone that is none', { timeZone: 'Asia/Hanoi2', path: '/' }, /\.timeZone must be a time zone/],
    [
      'an unknown field of its own',
      { retries: 3, path: '/' },
      /^endpoints\[0\]\.template may have no other fields than name, /,
    ],
    [
      'an unknown field of a request',
      { requests: [{ url: 'x' }] },
      /\.requests\[0\] may have no other fields than types, /,
    ],
    ['a value that is missing', { query: { a: '{$key}' } }, '.values.key is required by the template'],
    [
      'a value that is not used',
      { query: { a: 'x' }, values: { key: 'k' } },
      '.values.key is not used; there are none',
    ],
    [
      'a language without a message',
      { name: 'generic', language: 'vi' },
      /\.language is only for telegram, slack/,
    ],
    ['a language that is none', { name: 'slack', language: 'fr' }, '.language must be one of vi, en'],
    ['a name that is none', { name: 'hubspot' }, '.name is not one that comes with the bridge'],
    [
      'a name and requests',
      { name: 'generic', path: '/' },
      /^endpoints\[0\]\.template may have, with a name, no other fields than name, values/,
    ],
    ['a value that its name needs', { name: 'getfly' }, '.values.secret is required by the template'],
    [
      'another value with a name',
      { name: 'getfly', values: { secret: 's', token: 'x' } },
      '.values.token is not used; there are secret, providerCode',
    ],
  ])('with %s is refused with its place', (_, template, problem) => {
    const found = templateProblems(template);
    expect(found).toEqual([
      typeof problem === 'string' ? `endpoints[0].template${problem}` : expect.stringMatching(problem),
    ]);
  });

  it('is refused with a body that is too deep, and does not overflow', () => {
    let body: unknown = 'x';
    for (let level = 0; level < 500; level++) body = [body];
    expect(templateProblems({ body })[0]).toMatch(/is nested too deeply$/);
  });

  it('is refused with all that is wrong with it', () => {
    expect(templateProblems({ time: 'x', query: { a: '{x}', b: '{' }, needs: ['y'] })).toHaveLength(4);
  });
});
