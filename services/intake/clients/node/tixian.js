// A partner's side of Tixian: signs the page call and calls of the API, verifies the return, the
// notices and the API's answers. shop.js beside it shows how a shop uses it.

import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto';

const CLOCK_SKEW_MS = 600_000;
const PATIENCE_MS = 10_000;
const LONGEST_BODY = 64 * 1024;
const COMMON = ['partner_id', 'key_id', 'timestamp', 'nonce', 'sign'];
const RETURNED = new Set([...COMMON, 'version', 'sign_type', 'code', 'message', 'order_id', 'money',
  'htouhui_user_id', 'third_party_user_id']);

/** Why something is not believed: its message is an error code of the platform's. */
export class Refused extends Error {}

/** Sorted by name in byte order, without sign and empty values; the values as they are. */
export function signedText(fields) {
  if (new Set(fields.map(([name]) => name)).size < fields.length) throw new Refused('field_repeated');
  return fields
    .filter(([name, value]) => name !== 'sign' && value !== '')
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

export function apiText(method, path, timestamp, nonce, body) {
  return `${method}\n${path}\n${timestamp}\n${nonce}\n${body}\n`;
}

/** yyyyMMddHHmmss in Beijing, where no clock is ever put forward. */
export function beijing(millis) {
  return new Date(millis + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);
}

export function millisOf(time) {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(time) ?? [];
  const [year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour - 8, minute, second);
}

export function readKeys(jwks) {
  return new Map(jwks.keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]));
}

export function readForm(encoded) {
  return [...new URLSearchParams(encoded)];
}

export class Tixian {
  constructor(partnerId, keyId, privatePem, findKey, now = Date.now) {
    Object.assign(this, { partnerId, keyId, findKey, now, key: createPrivateKey(privatePem) });
  }

  sign(text) {
    return sign('sha256', Buffer.from(text), this.key).toString('base64');
  }

  pageCall(business) {
    const fields = Object.entries({
      partner_id: this.partnerId, version: '1.0', sign_type: 'RSA2', key_id: this.keyId,
      timestamp: beijing(this.now()), nonce: randomBytes(16).toString('hex'), ...business,
    });
    return [...fields, ['sign', this.sign(signedText(fields))]];
  }

  authorization(method, path, timestamp, nonce, body) {
    const signature = this.sign(apiText(method, path, timestamp, nonce, body));
    return `TIXIAN-RSA2 partner_id="${this.partnerId}",key_id="${this.keyId}",`
      + `timestamp="${timestamp}",nonce="${nonce}",signature="${signature}"`;
  }

  async verify(text, base64, said) {
    const signature = Buffer.from(base64, 'base64');
    // Buffer reads nearly anything as Base64; only one spelling is a signature.
    if (signature.toString('base64') !== base64) throw new Refused('field_malformed');
    if (said.partner_id !== this.partnerId) throw new Refused('partner_unknown');
    const key = await this.findKey(said.key_id);
    if (key === undefined) throw new Refused('key_unknown');
    if (!verify('sha256', Buffer.from(text), key, signature)) throw new Refused('signature_mismatch');
    const late = Math.abs(this.now() - millisOf(said.timestamp));
    if (!(late <= CLOCK_SKEW_MS)) throw new Refused('timestamp_out_of_range');
  }

  /** What a signed form says. The platform puts & in no value: one that has it was patched
   *  together from two fields, which leaves the signed text as it was. */
  async openForm(fields) {
    const text = signedText(fields);
    const form = Object.fromEntries(fields);
    if (COMMON.some((name) => !form[name])) throw new Refused('field_missing');
    if (Object.values(form).some((value) => value.includes('&'))) throw new Refused('field_malformed');
    await this.verify(text, form.sign, form);
    return form;
  }

  /** Only the platform's fields are signed; the shop's own may stand beside them. */
  async openReturn(query) {
    return this.openForm(readForm(query).filter(([name]) => RETURNED.has(name)));
  }

  /** The verified answer to a call of the JSON API. */
  async call(url, method, path, body) {
    const [timestamp, nonce] = [beijing(this.now()), randomBytes(16).toString('hex')];
    const authorization = this.authorization(method, path, timestamp, nonce, body);
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(url + path, { method, headers, body, signal: AbortSignal.timeout(PATIENCE_MS) });
    const text = await readBody(answer.body);
    await this.checkAnswer(method, path, nonce, text, answer.headers.get('authorization') ?? '');
    return text;
  }

  /** The nonce is that of the question, so no answer to another one fits. */
  async checkAnswer(method, path, nonce, body, header) {
    const said = Object.fromEntries([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, ...pair]) => pair));
    const needed = ['partner_id', 'key_id', 'timestamp', 'signature'];
    if (!header.startsWith('TIXIAN-RSA2 ') || needed.some((name) => !said[name])) throw new Refused('field_malformed');
    await this.verify(apiText(method, path, said.timestamp, nonce, body), said.signature, said);
  }
}

/** The text of a body, read to a limit. */
export async function readBody(stream) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > LONGEST_BODY) throw new Error('a body of more than 64 KiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The platform's keys. Kept for five minutes; a new name is looked up at once, but not with every
 *  forgery. */
export function platformKeys(url) {
  let [known, fetched] = [new Map(), -Infinity];
  return async (keyId) => {
    const age = Date.now() - fetched;
    if (age > 300_000 || (!known.has(keyId) && age > 10_000)) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
      known = readKeys(JSON.parse(await readBody(answer.body)));
      fetched = Date.now();
    }
    return known.get(keyId);
  };
}
