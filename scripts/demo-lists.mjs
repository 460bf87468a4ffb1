import { writeFileSync } from 'node:fs'

/**
 * Upstream lists as the demo gets them: thousands of names that are reserved for examples (RFC 6761), with
 * what real lists have: comments, duplicates, names below listed ones, and lines that are no names.
 */
export function writeUpstreamLists({ domains, adblock }) {
  writeFileSync(domains, [...domainLines()].join('\n') + '\n')
  writeFileSync(adblock, [...adblockLines()].join('\n') + '\n')
}

function* domainLines() {
  yield '# Sites that imitate others. One domain a line.'
  for (let i = 0; i < 4000; i++) {
    yield `login-${pad(i)}.bank-${pad(i % 97)}.example`
    if (i % 500 === 0) yield `Login-${pad(i)}.Bank-${pad(i % 97)}.example.`
  }
  yield 'bücher-gewinnspiel.example'
  yield 'secure login.example'
  yield 'shop.example:8443'
  yield 'com'
}

function* adblockLines() {
  yield '[Adblock Plus]'
  yield '! Title: Servers that hand out malware'
  for (let i = 0; i < 3000; i++) yield `||cdn-${pad(i)}.payload-${pad(i % 41)}.test^`
  yield '||payload-0000.test^'
  yield 'example.test##.advert'
}

function pad(number) {
  return String(number).padStart(4, '0')
}
