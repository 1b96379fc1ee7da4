/** Pitu and Palveluväylä: REST of UXP on one side, both protocols of X-Road on the other. */
import { questionsCross } from '../support/pair-of.ts';

await questionsCross('gl-fi', ['fi-asks-person', 'fi-asks-company', 'gl-asks-company']);
