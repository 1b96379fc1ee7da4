import { LONG, importAll } from '../support/import-all.ts';

for (const room of LONG) await importAll(room);
