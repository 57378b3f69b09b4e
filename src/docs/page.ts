import { hrefOf, type PublicUrl } from '../base/public-url.js';
import { EVENT_TYPES } from '../core/model/event.js';
import { componentName, type JsonSchema } from '../schema/json-schema.js';
import { type AsyncApiDocument, type Message, SENT, UNDERSTOOD } from './asyncapi.js';
import { type ClientBundles, clientTag } from './client-tag.js';
import { anchor, fieldTable } from './fields.js';
import { type Html, html, prose } from './html.js';
import type { OpenApiDocument, OpenApiOperation } from './openapi.js';
import { ENGLISH_BELOW, own, ownLabel, ownOf } from './words.js';

/**
 * The page at `/docs`: everything that the two documents say, for people. It takes one request, and one each for its
 * style and its script, none of them to another origin. Without the script only the copy buttons and the choice of
 * language and theme are missing. The choice of language concerns the page's own words (`words.ts`); what describes the interface is
 * English. Links and examples are at `publicUrl`; without it links are at the root, and examples name the bridge by a variable.
 * The tag for other pages is there where the bridge serves its client.
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
    <title${ownOf('title')}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${path}/docs.css" />
  </head>
  <body>
    <a class="skip" href="#content">${own('skip')}</a>
    <header>
      <p class="brand"><span class="logo" aria-hidden="true"></span><strong>Pitel</strong></p>
      <nav class="pages"${ownLabel('pages')}>
        <a href="${path}/">${own('wallboard')}</a>
        <a href="${path}/callbacks">${own('callbacks')}</a>
        <a href="${path}/reports">${own('reports')}</a>
        <a href="${path}/pop">${own('screenPop')}</a>
        <a href="${path}/docs" aria-current="page">${own('docs')}</a>
      </nav>
      <p class="documents">
        <a href="${path}/docs/openapi.json">OpenAPI</a>
        <a href="${path}/docs/asyncapi.json">AsyncAPI</a>
      </p>
      <p class="controls" hidden>
        <label><span class="unseen">${own('theme')}</span>
          <select id="theme">
            <option value="system"${ownOf('themeSystem')}</option>
            <option value="light"${ownOf('themeLight')}</option>
            <option value="dark"${ownOf('themeDark')}</option>
          </select>
        </label>
        <button type="button" id="language" lang="vi">Tiếng Việt</button>
      </p>
    </header>
    <nav class="contents"${ownLabel('contents')}>
      <h2>${own('start')}</h2>
      <ul><li><a href="#start">${own('how')}</a></li>${client === null ? null : html`<li><a href="#tag">${own('tag')}</a></li>`}</ul>
      <h2>HTTP</h2>
      <ul>${addresses.map(
        ({ method, path }) => html`<li><a href="#${addressId(method, path)}"><code>${path}</code></a></li>
`,
      )}</ul>
      <h2>${own('events')}</h2>
      <ul><li><a href="#envelope">${own('everyEvent')}</a></li>
${EVENT_TYPES.map(
  (type) => html`<li><a href="#${type}"><code>${type}</code></a></li>
`,
)}</ul>
      <h2>Socket.IO</h2>
      <ul><li><a href="#socket">${own('connecting')}</a></li>
${[...Object.keys(SENT), ...Object.keys(UNDERSTOOD)].map(
  (name) => html`<li><a href="#${name}"><code>${name}</code></a></li>
`,
)}</ul>
      <h2>Redis</h2>
      <ul><li><a href="#redis">${own('channelsAndStream')}</a></li></ul>
      <h2>${own('parts')}</h2>
      <ul>${parts.map(
        (name) => html`<li><a href="#${anchor(name)}">${name}</a></li>
`,
      )}</ul>
    </nav>
    <main id="content" lang="en">
      <h1>Pitel event bridge <small>${own('version', { version: openapi.info.version })}</small></h1>
      <p class="only-vi" lang="vi">${ENGLISH_BELOW}</p>
      ${introduction(publicUrl)}
      ${client === null ? null : tag(client, publicUrl)}
      <section aria-labelledby="http"><h2 id="http">HTTP</h2>
      <p>${prose(openapi.info.description)}</p>
      ${addresses.map(({ method, path, operation }) => address(method, path, operation))}
      </section>
      <section aria-labelledby="events"><h2 id="events">${own('events')}</h2>
      ${envelope(schemas)}
      ${EVENT_TYPES.map((type) => message(messages[type]!, schemas[`${componentName(type)}Data`]!, own('fieldsOfData')))}
      </section>
      ${socket(asyncapi, publicUrl)}
      ${redis(asyncapi)}
      <section aria-labelledby="parts"><h2 id="parts">${own('parts')}</h2>
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
  return html`<section aria-labelledby="start"><h2 id="start">${own('how')}</h2>
      <p>${own('intro')}</p>
      <ul>
        ${RULES.map(
          (rule) => html`<li>${own(rule)}</li>
        `,
        )}
      </ul>
      ${sample(own('withToken'), `${bridge}curl -H "Authorization: Bearer $TOKEN" "$BRIDGE/v1/calls"`)}
      </section>`;
}

const RULES = ['ruleOnce', 'ruleWhole', 'ruleCursor', 'ruleId', 'ruleAdded'] as const;

function tag(client: ClientBundles, publicUrl: PublicUrl | null): Html {
  const bridge = publicUrl === null ? 'https://bridge.example' : hrefOf(publicUrl);
  const files = [
    ['aModule', client.module],
    ['classicScript', client.classic],
  ] as const;
  return html`<section aria-labelledby="tag"><h2 id="tag">${own('tag')}</h2>
      <p>${own('tagIntro')}</p>
      ${sample(own('inPage'), clientTag(client, bridge, '107'))}
      <p>${own('tagFiles', { version: client.version })}</p>
      <div class="wide"><table>
    <thead><tr><th scope="col">${own('file')}</th><th scope="col">${own('address')}</th><th scope="col"><code>integrity</code></th></tr></thead>
    <tbody>${files.map(
      ([title, { file, integrity }]) =>
        html`<tr><th scope="row">${own(title)}</th><td><code>/client/${file}</code></td><td><code>${integrity}</code></td></tr>
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
      ${sample(own('request'), curl(method, path, operation))}
      ${example === undefined ? null : sample(html`${own('answer')}, ${mediaType}`, text(example))}
      ${
        Object.keys(problems).length > 0 &&
        html`<details><summary>${own('refused')}</summary><dl>${Object.entries(problems).map(
          ([status, { description }]) => html`<dt>${status}</dt><dd>${prose(description)}</dd>`,
        )}</dl></details>`
      }
      </article>
`;
}

function parameters(all: OpenApiOperation['parameters']): Html | null {
  if (all.length === 0) return null;
  return html`<div class="wide"><table>
    <thead><tr><th scope="col">${own('parameter')}</th><th scope="col">${own('place')}</th><th scope="col">${own('meaning')}</th></tr></thead>
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
  return html`<article aria-labelledby="envelope"><h3 id="envelope">${own('everyEvent')}</h3>
      <p>${own('envelope')}</p>
      ${fieldTable({ ...schema, properties: fields })}
      </article>`;
}

function message({ name, summary, examples }: Message, schema: JsonSchema, fields: Html): Html {
  const table = fieldTable(schema);
  const [example] = examples ?? [];
  return html`<article aria-labelledby="${name}">
      <h3 id="${name}"><code>${name}</code></h3>
      <p>${prose(summary)}</p>
      ${example === undefined ? null : sample(own('example'), text(example.payload))}
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
      ${sample(own('aClient'), clientOf(publicUrl))}
      <details><summary>${own('fieldsOfAuth')}</summary>${fieldTable(schemas.Handshake!)}</details>
      ${Object.entries(all).map(([name, schema]) => message(messages[name]!, schemas[schema]!, own('fields')))}
      <p>${own('acknowledged')}</p>
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
      <p>${own('redisIntro')}</p>
      <h3>${own('channels')}</h3>
      <p>${prose(pubsub!.description)}</p>
      ${sample(own('allOfTenant'), "redis-cli PSUBSCRIBE 'pitel:acme:*'")}
      <h3>${own('stream')}</h3>
      <p>${prose(stream!.description)}</p>
      ${sample(own('eventsAfter'), "redis-cli XRANGE 'pitel:{acme}:events' 42-0 + COUNT 100")}
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
function sample(title: Html, code: string): Html {
  return html`<figure><figcaption>${title} <button type="button" class="copy" hidden${ownOf('copy')}</button></figcaption><pre tabindex="0"><code>${code}</code></pre></figure>`;
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
