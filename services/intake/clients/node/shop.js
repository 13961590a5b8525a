// A shop that uses tixian.js.
//
//   node shop.js form NAME=VALUE...          prints a page that posts the signed form
//   node shop.js serve PORT NAME=VALUE...    serves that page at /, and hears /return and /notify
//   node shop.js query order_id=...          asks after a withdrawal
//   node shop.js vectors FILE                checks the signature vectors
//
// Settings: INTAKE_URL, PARTNER_ID, PARTNER_KEY_ID, PARTNER_PRIVATE_KEY_FILE, NOTICES_DIR.

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Refused, Tixian, platformKeys, readBody, readForm } from './tixian.js';

const { INTAKE_URL, PARTNER_ID, PARTNER_KEY_ID, PARTNER_PRIVATE_KEY_FILE } = process.env;
const NOTICES_DIR = process.env.NOTICES_DIR ?? 'notices';
const TWENTY_MINUTES_MS = 1_200_000;

const escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Posts itself where scripts run; elsewhere the user presses the button. */
function page(fields) {
  const input = ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">\n`;
  return '<!doctype html><meta charset="utf-8"><title>提现</title>\n'
    + `<form method="post" action="${escape(INTAKE_URL)}/withdraw">\n`
    + `${fields.map(input).join('')}<button>去提现</button></form>\n`
    + '<script>document.forms[0].submit()</script>\n';
}

/** One file a notice, made exclusively: of two deliveries at once only one is new. A shop has a row
 *  whose primary key is notice_id, written in the transaction that books the money. */
function remember(notice) {
  const folder = join(NOTICES_DIR, notice.order_id ?? notice.application_id);
  mkdirSync(folder, { recursive: true });
  const name = `${notice.sequence.padStart(6, '0')}-${notice.status}-${notice.notice_id}`;
  try {
    writeFileSync(join(folder, name), '', { flag: 'wx' });
  } catch (error) {
    if (error.code === 'EEXIST') return 'repeat';
    throw error;
  }
  return readdirSync(folder).sort().at(-1) === name ? 'new' : 'older';
}

/** Those of the last twenty minutes; anything older is refused by its clock. */
const nonces = new Map();
function isNew(nonce) {
  const now = Date.now();
  for (const [old, at] of nonces) if (now - at > TWENTY_MINUTES_MS) nonces.delete(old);
  return !nonces.has(nonce) && Boolean(nonces.set(nonce, now));
}

/** Code 0000 means accepted. Whether money moved is for the notice to say. */
async function returned(tixian, query) {
  const answer = await tixian.openReturn(query);
  console.log(`return ${answer.code} ${answer.order_id}`);
  return `${answer.code} ${answer.message} ${answer.order_id}\n`;
}

async function notified(tixian, body, response) {
  const notice = await tixian.openForm(readForm(body));
  if (!isNew(notice.nonce)) throw new Refused('nonce_repeated');
  const about = notice.order_id ?? notice.application_id;
  const [judged, rehearsal] = [remember(notice), 'certification' in notice];
  console.log(`${rehearsal ? 'rehearsal' : 'notice'} ${judged} ${about} ${notice.sequence} ${notice.status}`);
  // A rehearsal is about nobody's money: book nothing, and say what it was taken for.
  if (rehearsal) response.setHeader('tixian-certification', judged);
  return 'success';
}

function serve(tixian, port, business) {
  const base = `http://127.0.0.1:${port}`;
  const urls = { return_url: `${base}/return`, notify_url: `${base}/notify`, from_url: `${base}/` };
  const order = () => ({ out_order_no: randomBytes(16).toString('hex'), ...urls, ...business });
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url, base);
    const answer = (status, text, kind = 'text/plain') => {
      response.writeHead(status, { 'content-type': `${kind}; charset=utf-8` }).end(text);
    };
    try {
      const what = `${request.method} ${pathname}`;
      if (what === 'GET /') answer(200, page(tixian.pageCall(order())), 'text/html');
      else if (what === 'GET /return') answer(200, await returned(tixian, search));
      else if (what === 'POST /notify') answer(200, await notified(tixian, await readBody(request), response));
      else answer(404, 'not found\n');
    } catch (error) {
      const refused = error instanceof Refused;
      console.log(refused ? `refused ${pathname} ${error.message}` : `failed ${pathname}: ${error}`);
      answer(refused ? 400 : 503, refused ? `${error.message}\n` : 'later\n');
    }
  });
  server.requestTimeout = 10_000;
  server.listen(port, '127.0.0.1', () => console.log(`serving ${base}/`));
}

async function main([command, ...words]) {
  if (command === 'vectors') {
    const { check } = await import('./vectors.js');
    process.exit(await check(words[0]));
  }
  const pairs = words.filter((word) => word.includes('='));
  const business = Object.fromEntries(pairs.map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)]));
  const findKey = platformKeys(`${INTAKE_URL}/.well-known/jwks.json`);
  const tixian = new Tixian(PARTNER_ID, PARTNER_KEY_ID, readFileSync(PARTNER_PRIVATE_KEY_FILE), findKey);
  if (command === 'form') process.stdout.write(page(tixian.pageCall(business)));
  else if (command === 'serve') serve(tixian, Number(words[0]), business);
  else if (command === 'query') {
    console.log(await tixian.call(INTAKE_URL, 'POST', '/v1/withdrawals/query', JSON.stringify(business)));
  } else throw new Error('one of form, serve, query, vectors');
}

await main(process.argv.slice(2));
