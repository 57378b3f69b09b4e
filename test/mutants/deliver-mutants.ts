import { type Mutant, mutantsOf } from './mutant.js';

const ACCESS = 'src/deliver/access';
const LOG = 'src/deliver/log';
const HTTP = 'src/deliver/http';

const access: readonly Mutant[] = [
  ...mutantsOf(`${ACCESS}/audience.ts`, `${ACCESS}/shown-to.spec.ts`, [
    [
      'shown.some(({ isNews }) => isNews) && ',
      '',
      'a queue would hear that the customer was missed by another',
    ],
    [
      'shown.some((part) => isOf(wanted, part))',
      'parts.some((part) => isOf(wanted, part))',
      'a filter would show which other queues missed the customer',
    ],
    [
      'isNews: !isKnown || isNewsOf(part),',
      'isNews: isNewsOf(part),',
      'a call that was noticed late would be counted only for those who see everything',
    ],
    [
      'return missedCallId === undefined',
      'return missedCallId !== null',
      'a queue would hear of a customer whom another missed in the same second',
    ],
    [
      'return exposureOfQueue(event.data.queue);',
      'return OF_ALL;',
      'the screens of a queue would not call for help',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/shown-to.ts`, `${ACCESS}/shown-to.spec.ts`, [
    [
      'return { ...callback, ...sumOfParts(parts), parts };',
      'return { ...callback, parts };',
      'the sums would show what other queues made of a call-back',
    ],
  ]),
  ...mutantsOf(`${HTTP}/callback-requests.ts`, `${HTTP}/callbacks.controller.spec.ts`, [
    ['[by, why])', '[why])', 'the later of two would believe that it was they who dismissed it'],
    [
      'isNarrowed(holder) ?',
      'isNarrowed({ ...holder, queues: undefined }) ?',
      'a token of one queue would dismiss what another has missed',
    ],
    ['if (!callbacks)', 'if (false)', 'every token that sees call-backs could close them'],
  ]),
  ...mutantsOf(`${HTTP}/callback-entry.ts`, `${HTTP}/callbacks.controller.spec.ts`, [
    [
      "item.deeds.filter(({ what }) => what !== 'missed')",
      'item.deeds',
      'a token of one queue could count how often others missed the customer',
    ],
    [
      'claim.until <= now',
      'claim.until < now - 60_000',
      'what a person was on a while ago would be taken up by no other',
    ],
  ]),
  ...mutantsOf(`${HTTP}/callback-list.ts`, `${HTTP}/callbacks.controller.spec.ts`, [
    ['!audience.seesCall(of.exposure)', 'audience.key === ""', 'a token could claim what it does not show'],
    [
      'lines.has(item.line)',
      'lines.has(item.customer.e164)',
      'the old form of a number would find no customer',
    ],
  ]),
  ...mutantsOf('src/base/csv.ts', 'src/base/csv.spec.ts', [
    [
      'isReadOtherwise(text) ?',
      'text === "" ?',
      'numbers would lose their zeros, and a name could be a formula',
    ],
    [
      "cell.replace(AFTER_SEPARATOR, '$1 $2')",
      'cell',
      'a name could be a formula where semicolons separate columns',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/audience.ts`, `${ACCESS}/audience.spec.ts`, [
    [
      '? isWithin(granted, exposure) && isWithin(wanted, exposure)',
      '? isWithin(wanted ?? granted, exposure)',
      'a filter would show what the token does not allow',
    ],
    [
      'if (extensions === undefined && queues === undefined) return null;',
      'if (extensions === undefined || queues === undefined) return null;',
      'a token for one extension would see the whole floor',
    ],
    [
      'new Set(queues?.map(nameForm))',
      'new Set(queues)',
      'a token for a queue’s name would see nothing where the PBX encodes it differently',
    ],
    [
      'return [nameForm(id), nameForm(name)];',
      'return [nameForm(id), name];',
      'a queue whose name is in NFD would be hidden from its own token',
    ],
    [
      'if (call.offer !== undefined) extensions.add(call.offer.extension);',
      '',
      'the extension that rings would not get its offer, and not pop',
    ],
    ['if (talking !== null) extensions.add(talking);', '', 'the agent who answered would not see the call'],
    [
      "case 'source-up':\n      return PUBLIC;",
      "case 'source-up':\n      return OF_ALL;",
      'narrowed clients would not know that what they show is old',
    ],
    [
      'const OF_ALL: Exposure = { public: false,',
      'const OF_ALL: Exposure = { public: true,',
      'a webhook’s trouble, or an event of a later release, would be shown to clients that may not see it',
    ],
    [
      'scopeKey(filter), callKey(filter)',
      'scopeKey(filter)',
      'clients with different filters would share one audience',
    ],
    [
      'isWithinBoth(exposure) && matches(exposure);',
      'matches(exposure);',
      'a customer’s number would show a call that the token does not allow',
    ],
    [
      'customer === null || !lines.has(customer) ||',
      '(customer !== null && !lines.has(customer)) ||',
      'calls without a number, and registrations, would be shown as those of every customer',
    ],
    [
      'return [types, customers, states].map(sorted);',
      'return [types].map(sorted);',
      'one customer’s page would get the calls of another',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/mask.ts`, `${ACCESS}/mask.spec.ts`, [
    [
      '{ digits: 10, head: 4, tail: 3 }',
      '{ digits: 10, head: 5, tail: 3 }',
      'a hundred lines would share a mask, and not a thousand',
    ],
    ['{ digits: 16, head: 0, tail: 0 }', '{ digits: 99, head: 0, tail: 0 }', 'two numbers would be one mask'],
    ['e164: null, national', 'e164: number.e164, national', 'a masked number could be dialled'],
    [
      "'webhook-failing': 'hide'",
      "'webhook-failing': 'none'",
      'what a receiver says of a caller would be shown',
    ],
    [
      "MASKING[type] : 'hide'",
      "MASKING[type] : 'none'",
      'events of a newer release would be shown with numbers',
    ],
    [
      'hotline === null || isHotline(hotline) ? hotline :',
      'hotline === null || isHotline(hotline) || true ? hotline :',
      'a customer in the place of the hotline would be shown',
    ],
    [
      'filter(([name]) => Object.hasOwn(fields, name))',
      'filter(() => true)',
      'a field of a newer release would be shown',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/shown-to.ts`, `${ACCESS}/masked-clients.spec.ts`, [
    ['isMasked(audience, exposure) ? maskedEvent(event) : event', 'event', 'events would show numbers'],
    ['isMasked(audience, exposure) ? maskedCall(call) : call', 'call', 'snapshots would show numbers'],
    [
      'const masked = isMasked(audience, exposure) ? MASKED : AS_IT_IS;',
      'const masked = AS_IT_IS;',
      'the events would be those of the log',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/audience.ts`, `${ACCESS}/masked-clients.spec.ts`, [
    [' || masks?.(exposure) === true)', ')', 'a filter would reveal a masked number'],
    ["grant.numbers ?? 'full']", "'full']", 'a masked client would get what was encoded for another'],
    [
      "if (numbers === 'masked' || granted === null) return () => true;",
      "if (numbers === 'masked' || granted === null) return () => false;",
      'nothing would be masked',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/customers-asked.ts`, `${ACCESS}/masked-clients.spec.ts`, [
    ["if (numbers === 'masked')", 'if (numbers === undefined)', 'a masked token could try numbers'],
  ]),
  ...mutantsOf(`${ACCESS}/token.ts`, `${ACCESS}/token.spec.ts`, [
    ["if (isDisplay) return 'masked';", '', 'a screen on a wall would show whole numbers'],
    [
      "if (queues === undefined) return 'full';",
      "return 'full';",
      'a queue’s token would show whole numbers',
    ],
    [
      "if (id !== null && this.#isRevoked(tenant, id)) return 'token-revoked';",
      '',
      'a revoked screen would stay connected',
    ],
    [
      'if (id !== null && this.#isRevoked(tenant, id)) throw',
      'if (id === tenant) throw',
      'a revoked token would be let in again',
    ],
    [
      "if (!this.#known.has(tenant)) return 'unauthorized';",
      '',
      'a tenant that was removed would keep its clients',
    ],
    [
      'if (!Array.isArray(value) || !value.every(isItem))',
      'if (!Array.isArray(value)) return undefined;\n  if (!value.every(isItem))',
      'a claim that cannot be read would widen the token to everything',
    ],
    [
      "if (expiresAt <= this.#deps.clock.now()) return 'token-expired';",
      '',
      'a client would stay connected after its token has expired',
    ],
    [
      'return value.map(String);',
      'return value as string[];',
      'an extension that is a number would see nothing',
    ],
  ]),
  ...mutantsOf('src/app/probe-listener.ts', 'src/app/probe-listener.spec.ts', [
    [
      'this.#connections.attach(this.#server);',
      '',
      'sixteen connections that read nothing would keep orchestrators from their probes',
    ],
    [
      "this.#server.on('upgrade', (_request, socket) => socket.destroy());",
      '',
      'a connection that wants another protocol would stay for as long as it likes',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/connection-limits.ts`, `${ACCESS}/connection-limits.spec.ts`, [
    [
      '>= connectionsPerSubject) return',
      '> connectionsPerSubject) return',
      'the limit would be one higher than configured',
    ],
    [
      '(this.#tenants.get(tenant) ?? 0) >= this.#mostOfTenant()',
      'this.#all >= this.#mostOfTenant()',
      'a tenant that signs tokens of many subjects would keep all others out',
    ],
    ['if (count <= 1) return Infinity;', '', 'a bridge of one tenant would serve half as many clients'],
    ['? 1 / 2 : 1 / count', '? 1 / 2 : 1 / 2', 'two tenants with many clients would keep all others out'],
    ['if (!taken) return;', '', 'a connection that is given back twice would free another’s place'],
  ]),
  ...mutantsOf(`${ACCESS}/cors.ts`, `${ACCESS}/cors.spec.ts`, [
    [
      "if (auth.mode === 'none' && !LOOPBACK_HOST.test(host ?? '')) return false;",
      '',
      'a web page could read a bridge without tokens by DNS rebinding',
    ],
    [
      "path.startsWith('/v1/') && origin !== undefined",
      'origin !== undefined',
      'pages of other origins could read metrics and health',
    ],
    [
      'if (a.protocol !== b.protocol || a.port !== b.port) return false;',
      '',
      'a page of another port of this machine would count as the bridge’s own',
    ],
    [
      'a.hostname === b.hostname || (isLoopback',
      'a.hostname !== b.hostname || (isLoopback',
      'every page would count as the bridge’s own',
    ],
    [
      'publicUrl?.origin ?? originOf(socket)',
      'originOf(socket)',
      'the bridge’s own pages would be refused behind a proxy',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/client-addresses.ts`, `${ACCESS}/client-addresses.spec.ts`, [
    ['way.at(-1) ?? ', 'way.at(0) ?? ', 'all clients behind a proxy would be one'],
    [
      'proxyaddr.all(request as IncomingMessage, this.trusts)',
      'proxyaddr.all(request as IncomingMessage)',
      'a client could write the address that it counts by',
    ],
    [
      'isIP(client) !== 0 ? client :',
      'client !== null ? client :',
      'a client whose proxy copies words would get a limit of its own with each of them',
    ],
  ]),
  ...mutantsOf('src/deliver/http/sub-path.ts', 'src/deliver/behind-a-proxy.spec.ts', [
    ["http.prependListener('upgrade', strip);", '', 'WebSockets would not be found below a path'],
    [
      'request.url.slice(path.length)',
      "request.url.replaceAll(path, '')",
      'a rule of the proxy for a path would be evaded by writing it twice',
    ],
  ]),
  ...mutantsOf('src/deliver/socket/visitor.ts', 'src/deliver/behind-a-proxy.spec.ts', [
    [
      'deps.addresses.of(request)',
      'connection.remoteAddress',
      'one client behind a proxy would slow down all others',
    ],
  ]),
];

const log: readonly Mutant[] = [
  ...mutantsOf(`${LOG}/resumption.ts`, `${LOG}/resumption.spec.ts`, [
    [
      'asked.sequence > position.sequence ||',
      '',
      'a cursor from the future would wait for ever, or skip events',
    ],
    [
      '|| asked.sequence < reach.epochStart - 1',
      '',
      'a cursor of a lost past would be continued with other events',
    ],
    [
      "if (end === undefined) return 'epoch-changed';",
      'if (end === undefined) return null;',
      'a client would go on in another log, and miss its events',
    ],
    [
      'return asked.sequence < oldestSequence(position, reach)',
      'return asked.sequence < 0',
      'a client would lose events without a reset',
    ],
    [
      "return sequence > end ? 'cursor-unknown' : null;",
      'return null;',
      'a lost tail of the log would be concealed, and its sequences be given to a client with other events',
    ],
    [
      ' && slice.events[0]?.sequence !== from.sequence + 1',
      ' && false',
      'a hole in the log would be handed out as if there were none',
    ],
    [
      'Math.max(first, epochStart) - 1',
      'first - 1',
      'a client would be given events of an epoch that was lost',
    ],
  ]),
  ...mutantsOf(`${LOG}/log-position.ts`, `${LOG}/tenant-feed.spec.ts`, [
    [
      'if (entry.sequence !== sequence + 1) continue;',
      '',
      'an event that is announced twice would be delivered twice',
    ],
    [
      '(epoch === current.epoch ? null : departure(current, slice))',
      'null',
      'what a replaced master published while the log was read would be delivered, and its sequence skipped',
    ],
    [
      'this.#current = { epoch, sequence: current.sequence };',
      '',
      'a client that connects after a fail-over would be given a cursor of an epoch that is soon forgotten',
    ],
  ]),
  ...mutantsOf(`${LOG}/tenant-view.ts`, `${LOG}/tenant-feed.spec.ts`, [
    [
      'delete view.transferredFrom;',
      '',
      'a snapshot would show a transfer on a call for as long as it lives',
    ],
  ]),
  ...mutantsOf(`${LOG}/event-buffer.ts`, `${LOG}/event-buffer.spec.ts`, [
    [
      'sequence < first.sequence - 1) return null;',
      'sequence < first.sequence - 2) return null;',
      'a client would miss the event that the buffer has just dropped',
    ],
    [
      'const from = sequence + 1 - first.sequence;',
      'const from = sequence - first.sequence;',
      'every page would repeat the last event',
    ],
    ['|| this.#bytes > maxBytes * TRIM_AT', '', 'large events would fill the memory'],
  ]),
  ...mutantsOf(`${LOG}/tenant-feed.ts`, `${LOG}/tenant-feed.spec.ts`, [
    [
      'if (slice.epoch !== from.epoch) this.#flush();',
      '',
      'an event of a master that was replaced would be taken for one of the new one',
    ],
    [
      'this.#deafUntil = clock.monotonic() + waitAfter(this.#falseAlarms, DEAF);',
      '',
      'a client of Redis that publishes could have the log read without a pause',
    ],
    [
      "sequence === from.sequence && sequence < slice.last ? 'cursor-too-old' : null",
      'null',
      'an entry that is no event would have the log read for ever',
    ],
  ]),
  ...mutantsOf(`${LOG}/fan-out.ts`, `${LOG}/fan-out.spec.ts`, [
    [
      'one.sequence = after;',
      'one.sequence = this.#waiting[0]!.sequence - 1;',
      'a client that joins while others wait would get events that its snapshot has',
    ],
    ['if (one.isWaiting) continue;', '', 'a client for which two batches wait would get both twice'],
    [
      'if (turn?.isIn === true) {',
      'if (turn) {',
      'what waits would be written to a client that has begun again',
    ],
    [
      'const members = [...this.#classes.values()].flatMap((joined) => [...joined]);\n    this.#clear();',
      'const members = [...this.#classes.values()].flatMap((joined) => [...joined]);',
      'events of a log that does not exist any more would be kept, and given to those who join',
    ],
    [
      'if (this.#line.length > 0 && isTooMuch([...this.#waiting, ...batch.entries])) this.#leaveBehind();',
      '',
      'what waits for clients would have no bound',
    ],
    [
      'for (const { member, sequence } of behind) member.fellBehind(sequence);',
      'for (const { member } of behind) member.fellBehind(after);',
      'a client that falls behind would miss what had waited for it',
    ],
    [
      'this.#forget(next.sequence);',
      '',
      'events would be kept for as long as any client waits, and clients cut off for no reason',
    ],
    [
      'this.#line = this.#line.slice(this.#next);\n    this.#next = 0;',
      '',
      'the line of those who wait would grow for ever',
    ],
    [
      'if (!this.leave(one)) return;\n    one.audience = audience;',
      'one.audience = audience;',
      'a client that has gone would be counted, and written to, for ever',
    ],
    ['#seen?.key !== key || ', '#seen === null || ', 'a client would get what another one may see'],
  ]),
  ...mutantsOf(`${LOG}/catch-up-reader.ts`, 'src/deliver/http/http.spec.ts', [
    [
      'return this.#membership?.isCurrent ?? false;',
      'return this.#membership !== null;',
      'a heartbeat would move a stream past events that were not written to it yet',
    ],
  ]),
  ...mutantsOf('src/base/rotation.ts', 'src/base/rotation.spec.ts', [
    [
      'const end = (this.#end ??= this.#openTurn());',
      'const end = this.#openTurn();',
      'every tenant would have a budget of its own in each turn',
    ],
    [
      'if (this.#waiting.length > 0) return void this.#waiting.push(step);',
      '',
      'who comes later would go first',
    ],
  ]),
  ...mutantsOf(`${LOG}/log-slice.ts`, `${LOG}/log-slice.spec.ts`, [
    [
      'if (sequence !== through + 1 && !isBehind) break;',
      '',
      'a client would miss the events of a hole without a reset',
    ],
    [' && slice.first <= through + 1;', ';', 'events that were trimmed would be skipped without a word'],
  ]),
  ...mutantsOf(`${LOG}/log-entry.ts`, `${LOG}/log-entry.spec.ts`, [
    ['|| data.tenant !== tenant', '', 'a client would be given an event of another tenant'],
    [
      '!/^[a-z][a-z0-9.-]{0,63}$/.test(type)',
      "type === ''",
      'what another client of Redis wrote could forge packets',
    ],
  ]),
  ...mutantsOf(`${LOG}/log-pages.ts`, `${LOG}/tenant-feed.spec.ts`, [
    [
      'if (departure(begun, slice) !== null) return null;',
      '',
      'a client that catches up would be given events of a log that has lost what it had',
    ],
    [
      'stretch.entries.filter((entry) => entry.sequence <= newest)',
      'stretch.entries',
      'a client that catches up would pass the position, and get events twice',
    ],
    [
      'this.#owner = this.#deps.cache.newOwner();\n  }',
      '}',
      'a client would be given pages of a log that does not exist any more',
    ],
  ]),
  ...mutantsOf(`${LOG}/held-calls.ts`, `${LOG}/held-calls.spec.ts`, [
    [
      'if (before !== undefined) this.#unlist(before);',
      '',
      'a call would be listed as it was before, beside itself',
    ],
    [
      '.sort((a, b) => a.order - b.order)',
      '',
      'an agent would get the calls in another order than a wallboard',
    ],
  ]),
  ...mutantsOf(`${LOG}/snapshot.ts`, `${LOG}/snapshot.spec.ts`, [
    ['if (version !== this.#version) {', 'if (this.#version === null) {', 'snapshots would be of the past'],
  ]),
  ...mutantsOf(`${LOG}/client-memory.ts`, `${LOG}/client-memory.spec.ts`, [
    [
      'if (frame.holders === 0) this.#held += frame.length;',
      'this.#held += frame.length;',
      'clients that share a snapshot would be closed although it takes its memory once',
    ],
    [
      'this.#held - this.#leaving - limitBytes',
      'this.#held - limitBytes',
      'clients would be closed for what others let go of already',
    ],
    [
      'b.bytesInFlight - a.bytesInFlight',
      'a.bytesInFlight - b.bytesInFlight',
      'those who keep up would be closed first',
    ],
  ]),
  ...mutantsOf(`${LOG}/frame.ts`, `${LOG}/frame.spec.ts`, [
    ['length < 126 ? 2 :', 'length < 127 ? 2 :', 'a frame of 126 bytes would break the connection'],
    ['length < 0x1_0000 ? 4', 'length <= 0x1_0000 ? 4', 'a frame of 65,536 bytes would break the connection'],
    ['Buffer.byteLength(text)', 'text.length', 'a Vietnamese name would break the connection'],
  ]),
];

const http: readonly Mutant[] = [
  ...mutantsOf(`${HTTP}/registration-query.ts`, `${HTTP}/registration-query.spec.ts`, [
    [
      'if (!isShown && /^\\d+$/.test(id)) throw notFound();',
      '',
      'a token could make the bridge ask the PBX about any extension',
    ],
    [
      'if (!isShown && (known === undefined || !maySeeExtension(grant, known.extension))) throw notFound();',
      '',
      'random uuids would make the bridge ask the PBX for an agent’s token',
    ],
    [
      'if (now < rate.heldUntil)',
      'if (false)',
      'clients would make the bridge ask a PBX that wants to be left alone',
    ],
    [
      'if (!rate.bucket.tryTake(now)) {',
      'if (false) {',
      'clients would set the rate at which a PBX is asked',
    ],
    ['|| !maySeeExtension(grant, now.extension)', '', 'a token could learn of any extension by its uuid'],
    [
      'return Math.abs(this.clock.now() - at) <= this.options.registrationFreshMs;',
      'return this.clock.now() - at <= this.options.registrationFreshMs;',
      'after the clock was set back, an old registration would count as fresh',
    ],
  ]),
  ...mutantsOf(`${HTTP}/query.ts`, `${HTTP}/http.spec.ts`, [
    [
      'query.after === undefined || query.since === undefined',
      'query.after !== null',
      'a page would begin somewhere, and not say where',
    ],
    [
      "text.split(',').filter((item) => item !== '')",
      "text.split(',')",
      'a comma too many would refuse the request',
    ],
  ]),
  ...mutantsOf(`${HTTP}/query.ts`, `${HTTP}/filters.spec.ts`, [
    [
      'else if (!IGNORED.includes(name)) isUnknown = true;',
      '',
      'a filter that is misspelt would show everything, and nothing would say so',
    ],
    [
      "['_', ...EVERYWHERE]",
      '[...EVERYWHERE]',
      'every request of jQuery that no cache may answer would fail',
    ],
    [
      '|| (LISTS.includes(one) && one === `${name}s`)',
      '',
      '`?extension=107`, which is what people try first, would be refused',
    ],
    [
      'meant in given ? [given[meant], value].flat() : value;',
      'value;',
      'of a list that is written in both ways, one part would be forgotten',
    ],
    ['.regex(/^[^*]+$/)', '', 'a masked number would find nothing, as if its customer had never called'],
    [
      'since === undefined || until === undefined || since <= until',
      'since !== null || until !== null',
      'a range whose ends were exchanged would look like a quiet day',
    ],
  ]),
  ...mutantsOf(`${HTTP}/log-query.ts`, `${HTTP}/until.spec.ts`, [
    [
      '.entries.filter((entry) => entry.sequence <= end.sequence)',
      '.entries',
      'ranges that meet would both have the same event',
    ],
    [
      'Math.min(page.through, end.sequence);',
      'page.through;',
      'a cursor would stand after events that no page has shown',
    ],
    [
      'isClosed && isSame && sequence >= end.sequence',
      'isClosed && isSame',
      'a client would stop after the first page of a range',
    ],
    [
      'isClosed && isSame && sequence',
      'isClosed && sequence',
      'a client would take what a lost log has left for a whole day',
    ],
    [
      'sequence < newest.sequence || until <= now - CLOCK_SLACK_MS',
      'true',
      'a client would stop before the events of its range are recorded',
    ],
    [
      'until <= now - CLOCK_SLACK_MS',
      'until <= now',
      'a clock that is a little ahead would lose the last events of a range',
    ],
    [
      'sequence < newest.sequence || until',
      'until',
      'a client of a replica whose clock is behind would wait for what cannot come',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/customer-key.ts`, `${ACCESS}/customer-key.spec.ts`, [
    [
      'return e164 ?? withoutPlan(raw);',
      'return withoutPlan(raw);',
      'a number written with 84 would not be found by 0',
    ],
    [
      '/^\\s+\\d/.test(text)',
      'false',
      'a number from abroad would not be found by `?customer=+1…`, whose plus is a space',
    ],
    [
      '[certain.e164!, plain]',
      '[certain.e164!]',
      'a number that the PBX wrote in no certain form would not be found',
    ],
  ]),
];

const edges: readonly Mutant[] = [
  ...mutantsOf(`${ACCESS}/connections.ts`, `${ACCESS}/connections.spec.ts`, [
    [
      'if (proofs > 0 || !this.#open.has(socket)) return;',
      'if (!this.#open.has(socket)) return;',
      'a crowd without tokens would push out agents',
    ],
    [
      'this.#hadTime(silent) ? silent : (asking ?? silent)',
      'asking ?? silent',
      'silent connections would push out those that ask for something',
    ],
    [
      'this.#hadTime(silent) ? silent : (asking ?? silent)',
      'silent ?? asking',
      'a crowd that asks would push out who has just come',
    ],
    ["socket.on('close', this.#closed);", '', 'connections that have closed would fill the port'],
    ["socket.on('error', ignore);", '', 'a reset during an upgrade would end the process'],
    [
      'if (!socket.destroyed) connection.next',
      'connection.next',
      'requests of a client that has gone would be answered',
    ],
    ['request?.complete === true', 'request !== null', 'half a request would hold a connection for ever'],
    [' - (handle?.writeQueueSize ?? 0)', '', 'a client that takes a long answer slowly would be cut off'],
  ]),
  ...mutantsOf(`${ACCESS}/failure-pace.ts`, `${ACCESS}/failure-pace.spec.ts`, [
    ['Math.min(waitMs, LONGEST_MS)', 'waitMs', 'a client beside an attacker would wait for minutes'],
    [
      'if (this.#waitOf(bucket, now) < LONGEST_MS) bucket.take(now);',
      'bucket.take(now);',
      'a debt would outlast its cause',
    ],
    [
      'if (this.#waitOf(bucket, now) === 0) this.#take(this.#all, now);',
      'this.#take(this.#all, now);',
      'one client that fails would make all others wait',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/token.ts`, `${ACCESS}/token.spec.ts`, [
    [
      'iat === undefined ? now : iat * 1000, now)',
      'iat === undefined ? now : iat * 1000)',
      'an `iat` in the future would lengthen a life',
    ],
    [
      'claimOf(payload, names.display) === true',
      'Boolean(claimOf(payload, names.display))',
      'a claim of another form would lift the bound',
    ],
    ['if (sub !== null) return `sub ${sub}`;', '', 'all agents would share one subject’s limits'],
  ]),
  ...mutantsOf('src/deliver/socket/guarded-web-sockets.ts', 'src/deliver/socket/floods.spec.ts', [
    [".on('ping', sent)", '', 'ping frames would be free'],
    [
      "if (!this.#isOver && !this.#rate.allowsBytes(count)) this.#over('bytes');",
      '',
      'large frames would be free',
    ],
  ]),
  ...mutantsOf('src/deliver/socket/visitor.ts', 'src/deliver/socket/floods.spec.ts', [
    [
      '    this.#tokenless.leave(this);\n  }\n\n  /** Makes',
      '  }\n\n  /** Makes',
      'a crowd without tokens would push out agents',
    ],
    ['    this.#deps.pace.failed(this.#address);', '', 'a cut would be a loop of new connections'],
  ]),
  ...mutantsOf(`${ACCESS}/request-limits.ts`, `${ACCESS}/request-limits.spec.ts`, [
    [
      'const SHARES = [1, 2, 8] as const;',
      'const SHARES = [1, 1, 1] as const;',
      'one client could take all requests',
    ],
    ['count.bytes += bytesHeld(other);', '', 'answers that are not read would fill the memory'],
  ]),
];

export const DELIVER_MUTANTS: readonly Mutant[] = [...access, ...log, ...http, ...edges];
