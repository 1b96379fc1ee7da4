/** Malaysia on MyGDX, an API hub: the registers of persons and of companies, and a tax authority that asks. Members are as identifiers.yaml makes them. */
import type { HomePlan } from '../../plan.ts';

export const MY_PLAN: HomePlan = {
  country: 'MY',
  ecosystem: 'my-mygdx',
  software: 'api-hub',
  requestHash: 'sha512',
  instance: 'MYGDX',
  serverCode: 'HUB',
  platform: 'MyGDX (sandbox)',
  gateway: { memberClass: 'GOV', memberCode: 'JDN', organisation: 'Jabatan Digital Negara', signing: 'p-256' },
  systems: [
    { name: 'jpn', subsystem: 'MYGDX/GOV/JPN/citizens', memberClass: 'GOV', memberCode: 'JPN', organisation: 'Jabatan Pendaftaran Negara' },
    { name: 'ssm', subsystem: 'MYGDX/GOV/SSM/companies', memberClass: 'GOV', memberCode: 'SSM', organisation: 'Suruhanjaya Syarikat Malaysia' },
    { name: 'lhdn', subsystem: 'MYGDX/GOV/LHDN/cukai', memberClass: 'GOV', memberCode: 'LHDN', organisation: 'Lembaga Hasil Dalam Negeri' },
  ],
  serves: {
    search: { system: 'jpn', path: '/jpn' },
    lookup: { system: 'ssm', path: '/ssm' },
  },
  asks: { search: 'lhdn', lookup: 'lhdn' },
};
