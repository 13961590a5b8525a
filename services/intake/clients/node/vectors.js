// Checks tixian.js with the signature vectors: what it signs, and what it believes.

import { readFileSync } from 'node:fs';
import { Refused, Tixian, apiText, millisOf, readForm, readKeys, signedText } from './tixian.js';

export async function check(file) {
  const vectors = JSON.parse(readFileSync(file, 'utf8'));
  const sets = Object.fromEntries(Object.entries(vectors.key_sets).map(([owner, jwks]) => [owner, readKeys(jwks)]));
  const [pem, now] = [vectors.private_keys['shop-1'], millisOf(vectors.now)];
  let failed = 0;
  for (const vector of vectors.cases) {
    const findKey = (keyId) => sets[vector.keys ?? 'partner'].get(keyId);
    const tixian = new Tixian(vectors.partner_id, 'shop-1', pem, findKey, () => now);
    const expected = vector.result ?? 'ok';
    let found;
    try {
      found = await judge(tixian, vector);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      found = error.message;
    }
    if (found !== expected) {
      failed += 1;
      console.error(`${vector.name}: ${found}, not ${expected}`);
    }
  }
  console.log(`node: ${vectors.cases.length - failed} of ${vectors.cases.length} vectors hold`);
  return failed > 0 ? 1 : 0;
}

async function judge(tixian, vector) {
  const { kind, method, path, nonce, body } = vector;
  if (kind === 'sign') {
    const text = signedText(vector.fields);
    return text === vector.text && tixian.sign(text) === vector.sign ? 'ok' : 'another text or signature';
  }
  if (kind === 'form') {
    const form = await tixian.openForm(readForm(body));
    return vector.seen_nonces?.includes(form.nonce) ? 'nonce_repeated' : 'ok';
  }
  if (kind === 'return') {
    await tixian.openReturn(new URL(vector.url).search);
    return 'ok';
  }
  if (kind === 'request') {
    const call = [method, path, vector.timestamp, nonce, body];
    const made = apiText(...call) === vector.text && tixian.authorization(...call) === vector.authorization;
    return made ? 'ok' : 'another text or header';
  }
  await tixian.checkAnswer(method, path, nonce, body, vector.authorization);
  return 'ok';
}
