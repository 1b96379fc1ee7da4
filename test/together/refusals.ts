import { importAll } from '../support/import-all.ts';

await importAll('refusals');
