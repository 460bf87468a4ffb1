#!/usr/bin/env node
// Seeded block lists for the benchmarks: the same size gives the same bytes on every machine.
//
//   node scripts/bench/gen.mjs N [DIR]        DIR defaults to scripts/bench/data
//
// Writes DIR/mixed-N.txt: N lines as people publish them, hosts, plain and adblock lines together, with
// comments, blanks, 6 % duplicates, upper case, trailing dots, CRLF and a few names that need IDNA.
// 80 % of the names are a registered domain of their own, 20 % lie below one that another name uses,
// 10 % are wildcards, 2 % internationalised. Every name stands under a reserved suffix (RFC 6761).
import fs from 'node:fs'
import path from 'node:path'
import { domainToASCII } from 'node:url'
import { DATA } from './lib.mjs'

const SYLLABLES = (
  'ba be bi bo bu ca ce co cu da de di do du fa fe fi fo ga ge go gu ha he hi ho ja je jo ka ke ki ko ku la le li lo lu ' +
  'ma me mi mo mu na ne ni no nu pa pe pi po pu ra re ri ro ru sa se si so su ta te ti to tu va ve vi vo wa we wi xa ya ' +
  'yo za ze zo an en in on er ar or al el st tr net web pro ads bet win shop play cash free best vip top hot club live'
).split(' ')
const SUFFIXES = Object.entries({
  com: 46,
  net: 7,
  org: 4,
  info: 4,
  ru: 6,
  xyz: 6,
  top: 6,
  de: 3,
  cn: 3,
  online: 3,
  site: 2,
  'co.uk': 2,
  'com.br': 2,
  app: 1,
}).flatMap(([suffix, weight], i) => Array(weight).fill(`${suffix}.${i % 5 ? 'test' : 'example'}`))
const SUBS =
  'www ads track cdn static img m api login secure mail stats pixel a b s1 go click'.split(' ')
const IDN = [...'éüößåøñçабвгдежзиклмнопрстуあいうえお中文国网']

/** mulberry32: small, fast, the same everywhere. */
function seeded(seed) {
  let s = seed | 0
  return () => {
    s = (s + 0x6d2b79f5) | 0
    let t = Math.imul(s ^ (s >>> 15), 1 | s)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A source of names that never gives one twice. */
function nameSource(rnd) {
  const pick = (from) => from[Math.floor(rnd() * from.length)]
  const idnLabel = () => domainToASCII(pick(SYLLABLES) + pick(IDN) + pick(SYLLABLES) + pick(IDN))
  const label = () => {
    let text = ''
    for (let i = 3 + Math.floor(rnd() * 4); i > 0; i--) text += pick(SYLLABLES)
    if (rnd() < 0.12) text += Math.floor(rnd() * 1000)
    if (rnd() < 0.1) text += `-${pick(SYLLABLES)}${pick(SYLLABLES)}`
    return text
  }
  const seen = new Set()
  let registered = 'first.example'
  return () => {
    for (;;) {
      let name
      if (rnd() < 0.2) {
        name = `${rnd() < 0.5 ? pick(SUBS) : pick(SUBS) + Math.floor(rnd() * 500)}.${registered}`
        if (rnd() < 0.2) name = `${pick(SUBS)}.${name}`
      } else {
        registered = `${rnd() < 0.02 ? idnLabel() : label()}.${pick(SUFFIXES)}`
        name = registered
      }
      if (rnd() < 0.1) name = `*.${name}`
      if (!seen.has(name)) {
        seen.add(name)
        return name
      }
    }
  }
}

/** `count` lines in the mix of real lists. */
export function* mixedLines(count) {
  const rnd = seeded(0x9e3779b9 ^ count)
  const pick = (from) => from[Math.floor(rnd() * from.length)]
  const fresh = nameSource(rnd)
  const names = []
  yield '# Synthetic block list\r\n'
  for (let i = 1; i < count; i++) {
    const what = rnd()
    if (what < 0.02) yield `# section ${i}\n`
    else if (what < 0.025) yield '\n'
    else {
      let name = what < 0.085 && names.length > 10 ? pick(names) : fresh()
      names.push(name)
      const bare = name.startsWith('*.') ? name.slice(2) : name
      if (rnd() < 0.05)
        name = rnd() < 0.5 ? name.toUpperCase() : name[0].toUpperCase() + name.slice(1)
      const form = rnd()
      if (name.startsWith('*.')) yield form < 0.5 ? `||${bare}^\n` : `${name}\n`
      else if (form < 0.4) yield `0.0.0.0 ${name}\n`
      else if (form < 0.5) yield `127.0.0.1\t${name}\n`
      else if (form < 0.53) yield `0.0.0.0 ${name} # note ${i}\n`
      else if (form < 0.55) yield `${name}.\n`
      else if (form < 0.58) yield `  ${name}  \r\n`
      else if (form < 0.6 && i % 50 === 0)
        yield `0.0.0.0 ${pick(SYLLABLES)}${pick(IDN)}${pick(SYLLABLES)}${i}.test\n`
      else yield `${name}\n`
    }
  }
}

/** Writes `lines` to `file` in large blocks. */
export function writeLines(file, lines) {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const fd = fs.openSync(`${file}.tmp`, 'w')
  let block = []
  const flush = () => {
    fs.writeSync(fd, block.join(''))
    block = []
  }
  for (const line of lines) if (block.push(line) > 20_000) flush()
  flush()
  fs.closeSync(fd)
  fs.renameSync(`${file}.tmp`, file)
}

/** The path of the mixed list of `count` lines, made when it is not there. */
export function mixedFile(count, dir = DATA) {
  const file = path.join(dir, `mixed-${count}.txt`)
  if (!fs.existsSync(file)) writeLines(file, mixedLines(count))
  return file
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const count = Number(process.argv[2] ?? 100_000)
  console.log(mixedFile(count, process.argv[3]))
}
