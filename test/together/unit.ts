import { LONG, importAll } from '../support/import-all.ts';

await importAll('unit', LONG);
