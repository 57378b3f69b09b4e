/**
 * The layers of ARCHITECTURE.md as rules: source -> core -> store -> deliver, poll runs the cycle, and only
 * src/app.module.ts (with main.ts and src/app) knows everybody. Everybody may import src/base, which imports nothing. Inside
 * a folder the rooms stand in an order too: a room imports those before it. Circular imports fail.
 */
const only = (folder, allowed) => ({
  name: `${folder}-imports`,
  severity: 'error',
  comment: `src/${folder} may import ${['base', ...allowed].join(', ')}`,
  from: { path: `^src/${folder}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^src/', pathNot: `^src/(${[folder, 'base', ...allowed].join('|')})/` },
});

/** `rooms` in order: each may import those before it. What lies beside the rooms may import all of them. */
const inOrder = (folder, rooms) =>
  rooms.slice(0, -1).map((room, index) => ({
    name: `${folder}-${room}-imports`,
    severity: 'error',
    comment: `src/${folder}: ${rooms.join(' <- ')}`,
    from: { path: `^src/${folder}/${room}/`, pathNot: '\\.spec\\.ts$' },
    to: { path: `^src/${folder}/(${rooms.slice(index + 1).join('|')})/` },
  }));

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'base-imports-nothing',
      severity: 'error',
      comment: 'clocks, timers, back-off, bucket, hash: what every folder may import imports none',
      from: { path: '^src/base/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/', pathNot: '^src/base/' },
    },
    only('core', []),
    ...inOrder('core', [
      'model',
      'parts',
      'index',
      'observe',
      'correlate',
      'life',
      'day',
      'callbacks',
      'queues',
    ]),
    ...inOrder('source', ['parse', 'http', 'capture']),
    ...inOrder('poll', ['schedule', 'cycle', 'sharding']),
    ...inOrder('store', ['stored', 'memory', 'redis', 'upkeep']),
    ...inOrder('config', ['secrets', '(?:settings|tenants|webhooks|desk)']),
    ...inOrder('webhooks', ['request', 'send', 'queue', 'run', 'http']),
    ...inOrder('deliver', ['access', 'log', 'socket', 'http']),
    only('config', ['core']),
    only('source', ['core']),
    only('replay', ['core', 'source']),
    only('store', ['core']),
    only('deliver', ['core', 'store']),
    only('webhooks', ['core', 'store', 'deliver', 'config']),
    only('schema', ['core']),
    only('docs', ['schema', 'core', 'deliver']),
    only('poll', ['source', 'store', 'core']),
    only('health', ['core', 'store', 'source', 'poll', 'deliver', 'webhooks']),
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'core imports no package and no part of Node',
      from: { path: '^src/core/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm', 'core', 'npm-dev', 'npm-peer', 'npm-optional'] },
    },
    {
      name: 'what-works-is-free-of-nest',
      severity: 'error',
      comment:
        'modules of Nest put together what knows nothing of it; poll.service is the one class of poll that does',
      from: {
        path: '^src/(base|core|source|store|poll|config|replay|schema|webhooks)/',
        pathNot: '\\.spec\\.ts$|^src/poll/poll\\.service\\.ts$|^src/webhooks/http/',
      },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'no-part-imports-the-application',
      severity: 'error',
      comment: 'src/app and src/app.module.ts import every part, so no part may import them',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$|^src/(app/|app\\.module\\.ts$|main\\.ts$|cli/)' },
      to: { path: '^src/(app/|app\\.module\\.ts$)' },
    },
    {
      name: 'only-health-knows-how-it-is-watched',
      severity: 'error',
      comment:
        'the others report to a poll listener, a Tracer or their own counters; src/health publishes them',
      from: { path: '^src/', pathNot: '^src/health/' },
      to: { path: 'node_modules/(prom-client|@opentelemetry)/' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|simulator|bench)/' },
    },
    {
      name: 'simulator-stands-alone',
      severity: 'error',
      comment:
        'the judge must not share code with the judged; only the demo starts the bridge, as a child process',
      from: { path: '^simulator/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/' },
    },
    {
      name: 'client-stands-alone',
      severity: 'error',
      comment:
        'the client package runs in browsers: itself and socket.io-client, no part of the service or of Node',
      from: { path: '^client/src/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^client/src/|(^|/)socket\\.io-client(/|$)' },
    },
    {
      name: 'web-is-a-client',
      severity: 'error',
      comment: 'the pages are ordinary clients: the client package, Preact and uPlot, nothing of the service',
      from: { path: '^web/src/', pathNot: '\\.spec\\.ts$' },
      to: {
        pathNot:
          '^web/src/|^@pitel-event-bridge/client(/element)?$|^client/(src|dist)/(index|element)\\.|(^|/)(preact|@preact/signals|uplot)(/|$)',
      },
    },
    {
      name: 'web-data-is-pure',
      severity: 'error',
      comment: 'what is counted and drawn is decided without a DOM, so that it can be tested without one',
      from: { path: '^web/src/data/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^web/src/data/|^@pitel-event-bridge/client$|^client/(src|dist)/index\\.' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
