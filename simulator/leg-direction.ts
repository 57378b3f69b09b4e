import type { LegView } from './leg-view.js';

/**
 * A row where `direction` is the leg's, as the PBX sees it (the habit `direction`: `leg`): towards an extension is `outbound`,
 * from an extension is `inbound`. The numbers are then those of the engine's call view: towards an extension both cid fields
 * hold the customer and `destination` the hotline, as in the vendor's sample; from an extension `cid_num` is the extension, `b_cid_num` the hotline and
 * `destination` the customer. Local legs stay `local`.
 */
export function asTheLegsDirection(leg: LegView, extension: string): LegView {
  if (leg.direction === 'local') return leg;
  if (leg.direction === 'inbound') {
    // A feature code that was dialled stays where it is; else the destination is what the caller dialled: the hotline.
    const destination = leg.destination.startsWith('*') ? leg.destination : leg.cid;
    return { ...leg, direction: 'outbound', cid: leg.bCid, destination };
  }
  const customer = leg.bCid;
  if (leg.towardsExtension) {
    return { ...leg, direction: 'outbound', cid: customer, destination: extension };
  }
  const hotline = leg.cid === customer ? leg.destination : leg.cid;
  return { ...leg, direction: 'inbound', cid: extension, bCid: hotline, destination: customer };
}
