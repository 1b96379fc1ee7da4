import { BODY_PATTERN, cut, idIn, refuses, replace } from '../support/wss-attack.ts';

for (const attribute of ['Id', 'ID', 'id', 'xml:id']) {
  refuses(`another element that carries the body's id as ${attribute}`, {
    code: 'signature-invalid',
    control: (signed) => replace(signed, '</SOAP-ENV:Header>', `<o:Other xmlns:o="urn:other" ${attribute}="free"/></SOAP-ENV:Header>`),
    forge: (signed) => replace(signed, '</SOAP-ENV:Header>', `<o:Other xmlns:o="urn:other" ${attribute}="${idIn(cut(signed, BODY_PATTERN))}"/></SOAP-ENV:Header>`),
  });
}
