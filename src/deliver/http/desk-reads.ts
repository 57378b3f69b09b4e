import { token } from '../../base/inject.js';
import type { DeskRules } from '../../core/desk-rules.js';
import type { DeskStore } from '../../store/desk-store.js';

/** What the commits have made of the tenants' desks. */
export const DESK_STORE = token<DeskStore>('DESK_STORE');

/** The rules of a tenant's desk as they are now; null: the tenant was removed. */
export type DeskRulesOf = (tenant: string) => DeskRules | null;
export const DESK_RULES = token<DeskRulesOf>('DESK_RULES');
