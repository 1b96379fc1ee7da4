/** X-tee and Trembita 2.0: X-Road SOAP on one side, SOAP and REST of UXP on the other. */
import { questionsCross } from '../support/pair-of.ts';

await questionsCross('ua-ee', ['ee-asks-person', 'ee-asks-company', 'ua-asks-person']);
