/** Nor from a class of one's own. */
import { Opened } from '../../src/stages.ts';

// expect: TS2675 Class constructor is marked as private
export class Forged extends Opened {}
