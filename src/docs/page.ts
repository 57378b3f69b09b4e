import { hrefOf, type PublicUrl } from '../base/public-url.js';
import { EVENT_TYPES } from '../core/model/event.js';
import { componentName, type JsonSchema } from '../schema/json-schema.js';
import { type AsyncApiDocument, type Message, SENT, UNDERSTOOD } from './asyncapi.js';
import { type ClientBundles, clientTag } from './client-tag.js';
import { anchor, fieldTable } from './fields.js';
import { type Html, html, prose } from './html.js';
import type { OpenApiDocument, OpenApiOperation } from './openapi.js';

/**
 * The page at `/docs`: everything that the two documents say, for people. It takes one request, and one each for its
 * style and its script, none of them to another origin. Without the script only the copy buttons and the choice of
 * language and colours are missing. The choice of language concerns what surrounds the documentation, which is English. Links
 * and examples are at `publicUrl`; without it links are at the root, and examples name the bridge by a variable. The tag
 * for other pages is there where the bridge serves its client.
 */
export function docsPage(
  openapi: OpenApiDocument,
  asyncapi: AsyncApiDocument,
  {
    publicUrl,
    client = null,
  }: { readonly publicUrl: PublicUrl | null; readonly client?: ClientBundles | null },
): string {
  const path = publicUrl?.path ?? '';
  const addresses = Object.entries(openapi.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const { messages, schemas } = asyncapi.components;
  const parts = ['Call', 'QueueState', 'Source', ...PARTS];
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Pitel event bridge: interface</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${path}/docs.css" />
  </head>
  <body>
    <a class="skip" href="#content" data-vi="Chuyển đến nội dung chính">To the content</a>
    <header>
      <p class="brand"><span class="logo" aria-hidden="true"></span><strong>Pitel</strong></p>
      <nav class="pages" aria-label="Pages">
        <a href="${path}/" data-vi="Bảng giám sát">Wallboard</a>
        <a href="${path}/pop" data-vi="Popup cuộc gọi đến">Screen pop</a>
        <a href="${path}/docs" aria-current="page" data-vi="Tài liệu API">Interface</a>
      </nav>
      <p class="documents">
        <a href="${path}/docs/openapi.json">OpenAPI</a>
        <a href="${path}/docs/asyncapi.json">AsyncAPI</a>
      </p>
      <p class="controls" hidden>
        <label><span class="unseen" data-vi="Giao diện">Colours</span>
          <select id="theme">
            <option value="system" data-vi="Giao diện: theo hệ thống">Colours: as the system</option>
            <option value="light" data-vi="Giao diện: sáng">Colours: light</option>
            <option value="dark" data-vi="Giao diện: tối">Colours: dark</option>
          </select>
        </label>
        <button type="button" id="language" lang="vi">Tiếng Việt</button>
      </p>
    </header>
    <nav class="contents" aria-label="Contents">
      <h2 data-vi="Bắt đầu">Start</h2>
      <ul><li><a href="#start" data-vi="Cách hoạt động">How it works</a></li>${client === null ? null : html`<li><a href="#tag" data-vi="Mã nhúng cho trang CRM">A tag for a CRM</a></li>`}</ul>
      <h2>HTTP</h2>
      <ul>${addresses.map(
        ({ method, path }) => html`<li><a href="#${addressId(method, path)}"><code>${path}</code></a></li>
`,
      )}</ul>
      <h2 data-vi="Sự kiện">Events</h2>
      <ul><li><a href="#envelope" data-vi="Mọi sự kiện">Every event</a></li>
${EVENT_TYPES.map(
  (type) => html`<li><a href="#${type}"><code>${type}</code></a></li>
`,
)}</ul>
      <h2>Socket.IO</h2>
      <ul><li><a href="#socket" data-vi="Kết nối">Connecting</a></li>
${[...Object.keys(SENT), ...Object.keys(UNDERSTOOD)].map(
  (name) => html`<li><a href="#${name}"><code>${name}</code></a></li>
`,
)}</ul>
      <h2>Redis</h2>
      <ul><li><a href="#redis" data-vi="Kênh và luồng">Channels and stream</a></li></ul>
      <h2 data-vi="Thành phần">Parts</h2>
      <ul>${parts.map(
        (name) => html`<li><a href="#${anchor(name)}">${name}</a></li>
`,
      )}</ul>
    </nav>
    <main id="content" lang="en">
      <h1>Pitel event bridge <small>interface ${openapi.info.version}</small></h1>
      ${introduction(publicUrl)}
      ${client === null ? null : tag(client, publicUrl)}
      <section aria-labelledby="http"><h2 id="http">HTTP</h2>
      <p>${prose(openapi.info.description)}</p>
      ${addresses.map(({ method, path, operation }) => address(method, path, operation))}
      </section>
      <section aria-labelledby="events"><h2 id="events">Events</h2>
      ${envelope(schemas)}
      ${EVENT_TYPES.map((type) => message(messages[type]!, schemas[`${componentName(type)}Data`]!, 'Fields of data'))}
      </section>
      ${socket(asyncapi, publicUrl)}
      ${redis(asyncapi)}
      <section aria-labelledby="parts"><h2 id="parts">Parts</h2>
      ${parts.map((name) => part(name, schemas[name]!))}
      </section>
    </main>
    <p id="said" role="status" class="unseen"></p>
    <script src="${path}/docs.js" defer></script>
  </body>
</html>
`.toString();
}

/** Schemas that others refer to by name, in the order of the page. */
const PARTS = [
  'PhoneNumber',
  'Queue',
  'Agent',
  'Extension',
  'Observed',
  'Offer',
  'TransferredFrom',
  'Callback',
  'CallbackPart',
  'Subscription',
  'Problem',
];

function introduction(publicUrl: PublicUrl | null): Html {
  const bridge = publicUrl === null ? '' : `BRIDGE=${hrefOf(publicUrl)}\n`;
  return html`<section aria-labelledby="start"><h2 id="start">How it works</h2>
      <p>${prose('The bridge watches a Pitel cloud PBX and keeps a log of what happens in each tenant. The same events come over Socket.IO, HTTP, server-sent events and Redis, in the same order and with the same `id`.')}</p>
      <ul>
        <li>${prose('Every call has exactly one `call-started` and exactly one `call-ended`, in between at most one of `call-answered` and `call-abandoned`. Whatever you open for a call, close it on `call-ended`.')}</li>
        <li>${prose('`data` of a call event is the whole view of the call: no earlier event is needed to understand it.')}</li>
        <li>${prose('A cursor, `<epoch>:<sequence>`, is a position in the log. Keep the one of the last event that you have dealt with, come back with it, and nothing is missed and nothing repeated.')}</li>
        <li>${prose('An event that is announced twice has the same `id` twice. Drop ids that you have had, and you are exactly-once.')}</li>
        <li>${prose('Fields and event types are only ever added: ignore what you do not know.')}</li>
      </ul>
      ${sample('With a token, which is bound to one tenant', `${bridge}curl -H "Authorization: Bearer $TOKEN" "$BRIDGE/v1/calls"`)}
      </section>`;
}

function tag(client: ClientBundles, publicUrl: PublicUrl | null): Html {
  const bridge = publicUrl === null ? 'https://bridge.example' : hrefOf(publicUrl);
  const files = [
    ['A module', client.module],
    ['A classic script, `window.PitelBridge`', client.classic],
  ] as const;
  return html`<section aria-labelledby="tag"><h2 id="tag">A tag for a CRM</h2>
      <p>${prose('It shows a card for each call of the extension in the page that has it. `token-url` is an address of the page’s own server that answers POST with a token. The origin of the page has to be in `CORS_ORIGINS`.')}</p>
      ${sample('In a page', clientTag(client, bridge, '107'))}
      <p>${prose(`The files of version \`${client.version}\` never change: \`integrity\` lets the browser run nothing else. Another build of the bridge serves another version, and this one no longer unless it was released. \`/client.js\` and \`/client.global.js\` always lead to the newest, and take no \`integrity\`; \`/client.json\` names it for programs.`)}</p>
      <div class="wide"><table>
    <thead><tr><th scope="col">File</th><th scope="col">Address</th><th scope="col">${prose('`integrity`')}</th></tr></thead>
    <tbody>${files.map(
      ([title, { file, integrity }]) =>
        html`<tr><th scope="row">${prose(title)}</th><td><code>/client/${file}</code></td><td><code>${integrity}</code></td></tr>
`,
    )}</tbody></table></div>
      </section>`;
}

function address(method: string, path: string, operation: OpenApiOperation): Html {
  const { '200': ok, ...problems } = operation.responses;
  const [mediaType, content] = Object.entries(ok?.content ?? {})[0] ?? ['', { schema: {} }];
  const { example } = content;
  return html`<article aria-labelledby="${addressId(method, path)}">
      <h3 id="${addressId(method, path)}"><span class="method">${method}</span> <code>${path}</code></h3>
      <p><strong>${operation.summary}.</strong> ${prose(operation.description)}</p>
      ${parameters(operation.parameters)}
      ${sample('Request', curl(method, path, operation))}
      ${example === undefined ? null : sample(`Answer, ${mediaType}`, text(example))}
      ${
        Object.keys(problems).length > 0 &&
        html`<details><summary>When it is refused</summary><dl>${Object.entries(problems).map(
          ([status, { description }]) => html`<dt>${status}</dt><dd>${prose(description)}</dd>`,
        )}</dl></details>`
      }
      </article>
`;
}

function parameters(all: OpenApiOperation['parameters']): Html | null {
  if (all.length === 0) return null;
  return html`<div class="wide"><table>
    <thead><tr><th scope="col">Parameter</th><th scope="col">In</th><th scope="col">Meaning</th></tr></thead>
    <tbody>${all.map(
      (one) =>
        html`<tr><th scope="row"><code>${one.name}</code></th><td>${one.in}</td><td>${prose(one.description)}</td></tr>
`,
    )}</tbody></table></div>`;
}

function curl(method: string, path: string, operation: OpenApiOperation): string {
  const target = operation.parameters
    .filter((one) => one.in === 'path')
    .reduce((so, { name, example }) => so.replace(`{${name}}`, String(example ?? name)), path);
  const header = operation.security.length > 0 ? '-H "Authorization: Bearer $TOKEN" ' : '';
  const example = operation.requestBody?.content['application/json']?.example;
  const body =
    example === undefined ? '' : `-H 'Content-Type: application/json' -d '${JSON.stringify(example)}' `;
  const how = path.endsWith('stream') ? '-N ' : method === 'POST' ? '-X POST ' : '';
  return `curl ${how}${header}${body}"$BRIDGE${target}"`;
}

function envelope(schemas: AsyncApiDocument['components']['schemas']): Html {
  const { properties, ...schema } = schemas[componentName('call-started')]!;
  const fields: Record<string, JsonSchema> = {
    ...properties,
    type: { type: 'string', description: properties?.type?.description ?? '' },
    subject: { type: 'string', description: 'What it is about: the `callId`, the extension or the endpoint' },
    dataschema: {
      type: 'string',
      description: '`urn:pitel-event-bridge:schema:<type>:1`, the `$id` of the schema of `data`',
    },
    data: { type: 'object', description: 'Depends on the type; see below' },
  };
  return html`<article aria-labelledby="envelope"><h3 id="envelope">Every event</h3>
      <p>${prose('A CloudEvents 1.0 object, the same on every transport.')}</p>
      ${fieldTable({ ...schema, properties: fields })}
      </article>`;
}

function message({ name, summary, examples }: Message, schema: JsonSchema, fields: string): Html {
  const table = fieldTable(schema);
  const [example] = examples ?? [];
  return html`<article aria-labelledby="${name}">
      <h3 id="${name}"><code>${name}</code></h3>
      <p>${prose(summary)}</p>
      ${example === undefined ? null : sample('Example', text(example.payload))}
      ${table === null ? null : html`<details><summary>${fields}</summary>${table}</details>`}
      </article>
`;
}

function socket(
  { components: { messages, schemas }, channels }: AsyncApiDocument,
  publicUrl: PublicUrl | null,
): Html {
  const { description } = channels.socket as { readonly description: string };
  const all = { ...SENT, ...UNDERSTOOD };
  return html`<section aria-labelledby="socket"><h2 id="socket">Socket.IO</h2>
      <p>${prose(description)}</p>
      ${sample('A client', clientOf(publicUrl))}
      <details><summary>${prose('Fields of `auth`')}</summary>${fieldTable(schemas.Handshake!)}</details>
      ${Object.entries(all).map(([name, schema]) => message(messages[name]!, schemas[schema]!, 'Fields'))}
      <p>${prose('`subscribe` and `refresh` are acknowledged with `{ok: true, …}`, or `{ok: false, code}` when nothing has changed.')}</p>
      </section>`;
}

function clientOf(publicUrl: PublicUrl | null): string {
  const { origin, path } = publicUrl ?? { origin: null, path: '' };
  const below = path === '' ? '' : `path: '${path}/socket.io', `;
  return `import { io } from 'socket.io-client';

let cursor; // keep it where a reload finds it
const socket = io(${origin === null ? 'BRIDGE' : `'${origin}'`}, { ${below}auth: (give) => give({ token: TOKEN, cursor }) });
socket.on('snapshot', (snapshot) => { cursor = snapshot.cursor; });
socket.on('call-offered', ({ data }) => console.log(data.offer.extension, data.customer?.raw));
socket.onAny((_name, event) => {
  if (event.sequence !== undefined) cursor = \`\${event.epoch}:\${event.sequence}\`;
});`;
}

function redis({ channels }: AsyncApiDocument): Html {
  const { pubsub, stream } = channels as Record<string, { readonly description: string }>;
  return html`<section aria-labelledby="redis"><h2 id="redis">Redis</h2>
      <p>${prose('For consumers that may reach the Redis of the bridge, with a user of their own that can read their tenant and nothing else. `docs/redis-consumers.md` has recipes for gaps, consumer groups and the rights.')}</p>
      <h3>${prose('Channels: `pitel:<tenant>:<type>`')}</h3>
      <p>${prose(pubsub!.description)}</p>
      ${sample('All events of a tenant', "redis-cli PSUBSCRIBE 'pitel:acme:*'")}
      <h3>${prose('Stream: `pitel:{<tenant>}:events`')}</h3>
      <p>${prose(stream!.description)}</p>
      ${sample('The events after number 41', "redis-cli XRANGE 'pitel:{acme}:events' 42-0 + COUNT 100")}
      </section>`;
}

function part(name: string, schema: JsonSchema): Html {
  return html`<article aria-labelledby="${anchor(name)}">
      <h3 id="${anchor(name)}">${name}</h3>
      <p>${prose(schema.description ?? 'A call that is alive')}</p>
      ${fieldTable(schema)}
      </article>
`;
}

/** `tabindex`: what may scroll sideways can be scrolled with the keyboard. */
function sample(title: string, code: string): Html {
  return html`<figure><figcaption>${title} <button type="button" class="copy" hidden data-vi="Sao chép">Copy</button></figcaption><pre tabindex="0"><code>${code}</code></pre></figure>`;
}

function text(example: unknown): string {
  return typeof example === 'string' ? example : JSON.stringify(example, null, 2);
}

function addressId(method: string, path: string): string {
  return `${method}${path}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '');
}
