/**
 * A security server copies the attributes of xroad:id onto the xroad:requestHash that it adds, wsu:Id included. That one duplicate is
 * taken; every attack that looks like it is refused.
 */
import { BODY_PATTERN, CLIENT_PATTERN, cut, EVIL_BODY, idIn, refuses, replace } from '../support/wss-attack.ts';

const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const ID_PATTERN = /<xrd:id .*<\/xrd:id>/s;
const HASH = 'c2hhLTUxMg==';

function copied(signed: string): string {
  return idIn(cut(signed, ID_PATTERN));
}

/** requestHash as the platform writes it, or with another id or content. */
function requestHash(id: string, content = HASH): string {
  return `<xrd:requestHash xmlns:xrd="http://x-road.eu/xsd/xroad.xsd" xmlns:wsu="${WSU}" wsu:Id="${id}" algorithmId="http://www.w3.org/2001/04/xmlenc#sha512">${content}</xrd:requestHash>`;
}

/** With `more` directly behind the id header, where the platform puts its own. */
function behindId(signed: string, more: string): string {
  const id = cut(signed, ID_PATTERN);
  return replace(signed, ID_PATTERN, id + more);
}

const control = (signed: string): string => behindId(signed, requestHash(copied(signed)));

refuses('a requestHash with the id of the body', { code: 'signature-invalid', control, forge: (signed) => behindId(signed, requestHash(idIn(cut(signed, BODY_PATTERN)))) });

refuses('a requestHash with the id of another header', { code: 'signature-invalid', control, forge: (signed) => behindId(signed, requestHash(idIn(cut(signed, CLIENT_PATTERN)))) });

refuses('the id header\'s id on an element of another name', {
  code: 'signature-invalid',
  control,
  forge: (signed) => behindId(signed, requestHash(copied(signed)).replaceAll('requestHash', 'requestHashes')),
});

refuses('the id header\'s id on a requestHash of another namespace', {
  code: 'signature-invalid',
  control,
  forge: (signed) => behindId(signed, requestHash(copied(signed)).replace('http://x-road.eu/xsd/xroad.xsd', 'http://x-road.ee/xsd/x-road.xsd')),
});

refuses('the id header\'s id on a requestHash as an attribute that the id header does not have', {
  code: 'signature-invalid',
  control,
  forge: (signed) => behindId(signed, requestHash(copied(signed)).replace(' wsu:Id=', ' Id=')),
});

refuses('two requestHashes, each with the id header\'s id', { code: 'signature-invalid', control, forge: (signed) => behindId(signed, requestHash(copied(signed)).repeat(2)) });

refuses('two requestHashes, of which one has the id header\'s id', {
  code: 'signature-invalid',
  control,
  forge: (signed) => behindId(signed, requestHash(copied(signed)) + requestHash('free')),
});

refuses('a requestHash in the body', {
  code: 'signature-invalid',
  control,
  forge: (signed) => replace(signed, '</SOAP-ENV:Body>', `${requestHash(copied(signed))}</SOAP-ENV:Body>`),
});

refuses('a requestHash inside another header', {
  code: 'signature-invalid',
  control,
  forge: (signed) => behindId(signed, `<w:Wrapper xmlns:w="urn:wrapper">${requestHash(copied(signed))}</w:Wrapper>`),
});

refuses('a requestHash in the security header', {
  code: 'signature-invalid',
  control,
  forge: (signed) => replace(signed, '</wsse:Security>', `${requestHash(copied(signed))}</wsse:Security>`),
});

refuses('a requestHash with a child element', { code: 'signature-invalid', control, forge: (signed) => behindId(signed, requestHash(copied(signed), `${HASH}<x/>`)) });

refuses('the id header\'s id on three elements', {
  code: 'signature-invalid',
  control,
  forge: (signed) => behindId(signed, `${requestHash(copied(signed))}<o:Other xmlns:o="urn:other" xmlns:wsu="${WSU}" wsu:Id="${copied(signed)}"/>`),
});

refuses('the signed id header inside requestHash, another id in its place', {
  code: 'signature-invalid',
  control,
  forge: (signed) => {
    const id = cut(signed, ID_PATTERN);
    return replace(signed, ID_PATTERN, id.replace('FI-4d1f', 'FI-evil') + requestHash(copied(signed), id));
  },
});

refuses('the signed body inside requestHash, another body in its place', {
  code: 'signature-invalid',
  control,
  forge: (signed) => behindId(replace(signed, BODY_PATTERN, EVIL_BODY), requestHash(copied(signed), cut(signed, BODY_PATTERN))),
});

refuses('another message id, the signed one kept as requestHash', {
  code: 'signature-invalid',
  control,
  forge: (signed) => {
    const id = cut(signed, ID_PATTERN);
    return replace(signed, ID_PATTERN, id.replace('FI-4d1f', 'FI-evil') + id.replaceAll('xrd:id', 'xrd:requestHash'));
  },
});

refuses('two id headers beside the requestHash', {
  code: 'signature-invalid',
  control,
  forge: (signed) => behindId(signed, `<xrd:id xmlns:xrd="http://x-road.eu/xsd/xroad.xsd">FI-evil</xrd:id>${requestHash(copied(signed))}`),
});
