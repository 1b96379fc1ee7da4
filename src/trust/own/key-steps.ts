/** Named points of a change of a key: fault tests kill the process at them. `keys.moved`: one file of the next key lies in its place. */
import type { KeyPlan } from './key-plan.ts';

export type KeyStep = 'keys.recorded' | `keys.${KeyPlan['state']}` | 'keys.moved';

export type ObserveKeys = (step: KeyStep, facts: { readonly role: KeyPlan['role'] }) => void;
