/** Benin's UXP and X-tee: REST of UXP on one side, X-Road SOAP on the other. */
import { questionsCross } from '../support/pair-of.ts';

await questionsCross('bj-ee', ['bj-asks-person', 'ee-asks-person', 'ee-asks-company']);
