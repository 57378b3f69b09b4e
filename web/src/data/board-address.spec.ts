import { boardAddress, showsCall, showsExtension, showsQueue, unknownQueues } from './board-address.js';
import { callView, part } from './data.fixtures.js';

describe('the address of a board', () => {
  it('asks for everything where it names nothing', () => {
    const all = boardAddress('');
    expect(all).toEqual({ title: null, queues: null, extensions: null, kiosk: false });
    expect(showsQueue(all, { id: 'q', name: 'Sales' })).toBe(true);
    expect(showsExtension(all, '107')).toBe(true);
    expect(showsCall(all, callView())).toBe(true);
    expect(boardAddress('?queues=&extensions=,&title=%20').queues).toBeNull();
  });

  it('names queues by name or id, in either form that Unicode has for a letter', () => {
    const board = boardAddress(`?queues=${encodeURIComponent('Chăm sóc'.normalize('NFD'))},q-1`);
    expect(showsQueue(board, { id: 'q-2', name: 'Chăm sóc' })).toBe(true);
    expect(showsQueue(board, { id: 'q-1', name: 'Sales' })).toBe(true);
    expect(showsQueue(board, { id: 'q-3', name: 'sales' })).toBe(false);
    expect(unknownQueues(board, [{ id: 'q-1', name: 'Sales' }])).toEqual(['Chăm sóc']);
  });

  it('names extensions one by one and as ranges', () => {
    const board = boardAddress('?extensions=101-120,130&extensions=lan-pc');
    const shown = ['100', '101', '110', '120', '121', '130', 'lan-pc', '1010'];
    expect(shown.filter((one) => showsExtension(board, one))).toEqual(['101', '110', '120', '130', 'lan-pc']);
  });

  it('shows calls of its queues, and at its extensions', () => {
    const call = callView({ extensions: [part('107', 'ringing')] });
    expect(showsCall(boardAddress('?queues=Sales'), call)).toBe(true);
    expect(showsCall(boardAddress('?queues=Support'), call)).toBe(false);
    expect(showsCall(boardAddress('?queues=Support&extensions=107'), call)).toBe(true);
    expect(showsCall(boardAddress('?extensions=108'), call)).toBe(false);
  });

  it('has a title, of bounded length, and may be a kiosk', () => {
    expect(boardAddress('?title=Nh%C3%B3m%20A&kiosk')).toMatchObject({ title: 'Nhóm A', kiosk: true });
    expect(boardAddress(`?title=${'x'.repeat(500)}`).title).toHaveLength(60);
    expect(boardAddress('?kiosk=no').kiosk).toBe(false);
  });
});
