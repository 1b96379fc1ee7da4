/** Cambodia on CamDX: identity records, the business register, and a tax department that asks. */
import type { HomePlan } from '../../plan.ts';

export const KH_PLAN: HomePlan = {
  country: 'KH',
  ecosystem: 'kh-camdx',
  software: 'xroad',
  requestHash: 'sha512',
  instance: 'CAMBODIA',
  serverCode: 'SS1',
  platform: 'CamDX (sandbox)',
  gateway: { memberClass: 'GOV', memberCode: 'CAMDX-20260101', organisation: 'CamDX cross-border gateway', signing: 'p-256' },
  systems: [
    { name: 'gdi', subsystem: 'CAMBODIA/GOV/CAMDX-20260102/GDI', memberClass: 'GOV', memberCode: 'CAMDX-20260102', organisation: 'General Department of Identification' },
    { name: 'moc', subsystem: 'CAMBODIA/GOV/CAMDX-20260103/MOC', memberClass: 'GOV', memberCode: 'CAMDX-20260103', organisation: 'Ministry of Commerce' },
    { name: 'gdt', subsystem: 'CAMBODIA/GOV/CAMDX-20260104/GDT', memberClass: 'GOV', memberCode: 'CAMDX-20260104', organisation: 'General Department of Taxation' },
  ],
  serves: {
    identity: { system: 'gdi', path: '/identity' },
    companies: { system: 'moc', path: '/register' },
  },
  asks: { identity: 'gdt', companies: 'gdt' },
};
