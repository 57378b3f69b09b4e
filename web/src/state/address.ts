import { boardAddress } from '../data/board-address.js';

/** The board that the page's address asks for. It does not change while the page is open. */
export const ADDRESS = boardAddress(location.search);
