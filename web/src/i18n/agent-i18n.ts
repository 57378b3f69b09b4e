import { language } from '../state/preferences.js';
import { agentEn } from './agent-en.js';
import { agentVi } from './agent-vi.js';
import type { AgentWords } from './agent-words.js';

/** As `words`, for the dialog of an agent’s day. */
export function agentWords(): AgentWords {
  return language.value === 'vi' ? agentVi : agentEn;
}
