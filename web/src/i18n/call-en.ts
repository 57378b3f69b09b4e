import type { CallWords } from './call-words.js';

export const callEn: CallWords = {
  reading: 'Reading the call …',
  away: 'The bridge does not answer at the moment.',
  gone: 'This call is no longer kept, or this token does not show it.',
  began: 'Began',
  ended: 'Ended',
  agents: 'Talked to',
  queues: 'Queues',
  copyId: 'Copy the call id',
  idCopied: 'Copied',
  fromHistory: 'From the history: when each extension began to ring is not kept there.',
  exact: 'exact: the PBX’s own time',
  windowNotKept: 'as it was noted',
  showEach: 'Show each extension',
  showTogether: 'Show them together',
  queueJoined: 'came into the queue',
  queueLeft: 'went on from the queue',
  direct: 'no queue',
  masked: 'Part of the number is hidden: this token shows no whole numbers.',
  direction: { inbound: 'inbound', outbound: 'outbound', local: 'internal' },
  waitsIn: (queue) => `Waits in ${queue}`,
  dials: (agent) => `${agent} is calling`,
  ringsAt: (extensions) => `Rings at ${extensions}`,
  talksTo: (agents) => `Talks to ${agents}`,
  wasAnswered: (agents, wait, talk) =>
    [
      `Answered${agents === null ? '' : ` by ${agents}`}${wait === null ? '' : ` after ${wait}`}`,
      talk === null ? null : `talked for ${talk}`,
    ]
      .filter((text) => text !== null)
      .join(', ') + '.',
  customerAnswered: (agents, wait, talk) =>
    [
      `The customer answered${wait === null ? '' : ` after ${wait}`}`,
      talk === null && agents === null
        ? null
        : `talked${agents === null ? '' : ` to ${agents}`}${talk === null ? '' : ` for ${talk}`}`,
    ]
      .filter((text) => text !== null)
      .join(', ') + '.',
  callPartOver: { queued: 'waited', ringing: 'rang', answered: 'talked' },
  wasAbandoned: (wait, queue) =>
    `Hung up unheard${wait === null ? '' : ` after ${wait}`}${queue === null ? '' : ` in ${queue}`}.`,
  wasNotAnswered: 'Was not answered.',
  endNotKnown: 'How it ended is not known.',
  rangAt: (count) => `rang at ${count} extensions`,
  stoppedAt: (count, outcome) => `stopped ringing at ${count} extensions: ${outcome}`,
  extensionCount: (count) => `${count} extensions`,
};
