import { refusesXml } from '../support/xml-attack.ts';

const control = () => '<a>x</a>';

refusesXml('an empty document type', { code: 'malformed', bytes: () => '<!DOCTYPE a><a>x</a>', control });
refusesXml('a document type after comments', { code: 'malformed', bytes: () => '<?xml version="1.0"?>\n<!-- --><!DOCTYPE a [ ]><a>x</a>', control });
refusesXml('a document type in lower case', { code: 'malformed', bytes: () => '<!doctype a><a>x</a>', control });
refusesXml('an external document type', { code: 'malformed', bytes: () => '<!DOCTYPE a SYSTEM "http://attacker.example/a.dtd"><a>x</a>', control });
refusesXml('a document type hidden behind a quote in a comment', { code: 'malformed', bytes: () => '<!-- " --><!DOCTYPE a><a>" </a>', control });
