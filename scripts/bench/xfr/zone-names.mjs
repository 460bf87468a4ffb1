// The names of a zone and of the same zone a serial later, for every server the same: N names of 17 letters on average, a record
// each, one in ten a wildcard; then a share of them gone and as many new. The same size gives the same bytes.
import fs from 'node:fs'
import path from 'node:path'
import { DATA } from '../lib.mjs'

/** Short, for it stands in every owner. */
export const ORIGIN = 'rpz.test'

const SYLLABLES =
  'ba be bo ca ce co da de do fa fe fo ga ge go ha he ho ja ka la le lo ma me mo na ne no pa pe po ra re ro sa se so ta te to va za'.split(
    ' ',
  )

/** Files of `count` names; `share` of them change to the second serial. */
export function zoneFiles(count, share) {
  const folder = path.join(DATA, `zone-${count}`)
  const files = {
    first: path.join(folder, 'first'),
    second: path.join(folder, `second-${share}`),
  }
  fs.mkdirSync(folder, { recursive: true })
  const changed = Math.round((count * share) / 2)
  const missing = [files.first, files.second].some((file) => !fs.existsSync(`${file}.rpz`))
  if (!missing) return files
  const names = makeNames(count + changed)
  write(files.first, 1, names.slice(0, count))
  const gone = new Set(Array.from({ length: changed }, (_, i) => Math.floor((i * count) / changed)))
  write(files.second, 2, [
    ...names.slice(0, count).filter((_, i) => !gone.has(i)),
    ...names.slice(count),
  ])
  return files
}

function makeNames(count) {
  let state = 0x9e3779b9 ^ count
  const next = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const names = new Set()
  while (names.size < count) {
    let label = ''
    for (let i = 4 + next(3); i > 0; i--) label += SYLLABLES[next(SYLLABLES.length)]
    const suffix = ['example', 'test', 'shop.test', 'info.example'][next(4)]
    names.add(`${next(10) === 0 ? '*.' : ''}${label}.${suffix}`)
  }
  return [...names]
}

/** As a CSV for us, and as a zone for the others. */
function write(file, serial, names) {
  const rows = names.map((name) =>
    name.startsWith('*.') ? `${name.slice(2)},subdomains\n` : `${name},host\n`,
  )
  fs.writeFileSync(`${file}.csv`, `value,kind\n${rows.join('')}`)
  const head = `$TTL 300\n$ORIGIN ${ORIGIN}.\n@ SOA localhost. hostmaster.localhost. ${serial} 300 60 2419200 300\n@ NS localhost.\n`
  fs.writeFileSync(`${file}.rpz`, `${head}${names.map((name) => `${name} CNAME .\n`).join('')}`)
}
