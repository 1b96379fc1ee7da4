/** CamDX and MyGDX: X-Road REST on one side, an API hub on the other, where clients and services know the gateway by its certificate. */
import { questionsCross } from '../support/pair-of.ts';

await questionsCross('kh-my', ['kh-asks-person', 'kh-asks-company', 'my-asks-person', 'my-asks-company']);
