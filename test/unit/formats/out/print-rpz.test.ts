import { describe, expect, it } from 'vitest'
import { exportSource, line, render } from '../../../support/export-builders.ts'

const TO_ADDRESS = { type: 'redirect', to: ['192.0.2.80'] } as const

function zone(lines: readonly string[], definition = {}): readonly string[] {
  return render('rpz', exportSource(lines.map(line), definition)).lines.slice(4)
}

/** A name of exactly `octets` octets. */
function longName(octets: number): string {
  const end = '.example'
  let name = 'l'.repeat(63)
  while (name.length + 64 + end.length < octets) name += `.${'l'.repeat(63)}`
  return `${name}.${'l'.repeat(octets - name.length - end.length - 1)}${end}`
}

describe('the head of a policy zone', () => {
  it('has the list’s serial and timers, and an NS that needs no address in the zone', () => {
    expect(render('rpz', exportSource([])).text.split('\n').slice(7)).toEqual([
      '$TTL 300',
      '$ORIGIN phishing.rpz.example.',
      '@ SOA localhost. hostmaster.localhost. 42 300 60 2419200 300',
      '@ NS localhost.',
      '',
    ])
  })

  it('takes the reader’s name for the zone', () => {
    const { lines } = render('rpz', { ...exportSource([]), zone: 'RPZ.' })
    expect(lines[1]).toBe('$ORIGIN rpz.')
  })

  it.each(['a..example', 'x y', 'a\nb', '', '.', 'ü.example', `${'l'.repeat(64)}.example`])(
    'refuses %j as the zone’s name',
    (origin) => {
      expect(() => render('rpz', { ...exportSource([]), zone: origin })).toThrow(
        expect.objectContaining({ code: 'zone/invalid' }),
      )
    },
  )
})

describe('an owner in a policy zone', () => {
  // `phishing.rpz.example` has 20 letters: 252 - 20 is left for a name, and 2 less for its wildcard.
  it('may have 255 octets on the wire, and not one more', () => {
    const [fits, single, none] = [longName(230), longName(231), longName(233)]
    expect(zone([`${fits} domain`])).toEqual([`${fits} CNAME .`, `*.${fits} CNAME .`])
    expect(zone([`${single} domain`])).toEqual([`${single} CNAME .`])
    expect(zone([`${longName(232)} host`])).toHaveLength(1)
    expect(zone([`${none} host`, `${none} subdomains`])).toEqual([])
  })

  it('that is too long is counted', () => {
    const [single, none] = [longName(231), longName(233)]
    const { summary } = render(
      'rpz',
      exportSource([`${single} domain`, `${none} domain`].map(line)),
    )
    expect(summary).toEqual({ written: 1, omitted: { 'too-long': 1 }, changed: { 'too-long': 1 } })
  })

  it.each(['_a.example', 'a._b.example', '-a.example', 'a-.example', 'b.-a.example'])(
    'gets no address when it is no host name: %s',
    (name) => {
      const lines = zone([`${name} domain redirect`], { action: TO_ADDRESS })
      expect(lines).toEqual([`${name} CNAME *.`, `*.${name} CNAME *.`])
    },
  )

  it.each(['a-b.example', 'a--b.xn--p1ai', '1.2.example'])('gets one when it is: %s', (name) => {
    expect(zone([`${name} host redirect`], { action: TO_ADDRESS })).toEqual([
      `${name} A 192.0.2.80`,
    ])
  })

  it('has the more exact kind’s action, and no record twice', () => {
    const lines = ['x.example domain drop', 'x.example host passthru', 'x.example subdomains drop']
    expect(zone(lines)).toEqual(['x.example CNAME rpz-passthru.', '*.x.example CNAME rpz-drop.'])
  })
})

describe('a redirection', () => {
  it('goes to all addresses and tells the reference of the line it comes from', () => {
    const lines = ['x.example domain redirect - R-1', 'x.example host redirect']
    const action = { type: 'redirect', to: ['2001:DB8::80', '192.0.2.80'] }
    expect(zone(lines, { action })).toEqual([
      'x.example A 192.0.2.80',
      'x.example AAAA 2001:db8::80',
      '*.x.example A 192.0.2.80',
      '*.x.example AAAA 2001:db8::80',
      '*.x.example TXT "R-1"',
    ])
  })

  it('to a name is a CNAME, at any owner', () => {
    const action = { type: 'redirect', to: ['Garden.lan.'] }
    expect(zone(['_x.example host redirect - R'], { action })).toEqual([
      '_x.example CNAME garden.lan.',
    ])
  })

  it('with nowhere to go stays a block', () => {
    expect(zone(['x.example host redirect'])).toEqual(['x.example CNAME *.'])
  })

  it.each([
    [['192.0.2.0/24']],
    [['a.example', 'b.example']],
    [['192.0.2.1', 'a.example']],
    [['192.0.2.256']],
  ])('to %j is refused', (to) => {
    expect(() => zone([], { action: { type: 'redirect', to } })).toThrow(
      expect.objectContaining({ code: 'list/invalid' }),
    )
  })
})

describe('a trigger for addresses', () => {
  it.each([
    ['192.0.2.0/24', '24.0.2.0.192.rpz-ip'],
    ['198.51.100.7', '32.7.100.51.198.rpz-ip'],
    ['2001:db8::/48', '48.zz.db8.2001.rpz-ip'],
    ['2001:db8::1', '128.1.zz.db8.2001.rpz-ip'],
    ['::1', '128.1.zz.rpz-ip'],
    ['::/1', '1.zz.rpz-ip'],
    // RFC 5952 §4.2: the first of two equal runs, and no run of one.
    ['2001:db8::1:0:0:1', '128.1.0.0.1.zz.db8.2001.rpz-ip'],
    ['2001:db8:0:1:1:1:1:1', '128.1.1.1.1.1.0.db8.2001.rpz-ip'],
  ])('%s is %s', (value, owner) => {
    expect(zone([`${value} ip`])).toEqual([`${owner} CNAME .`])
  })
})

describe('names below a wildcard of the zone', () => {
  it('are left out when they say the same', () => {
    const lines = ['x.example domain', 'a.x.example domain', 'c.b.x.example host']
    expect(zone(lines)).toEqual(['x.example CNAME .', '*.x.example CNAME .'])
  })

  it('get what the wildcard would have given them, and so do the names between', () => {
    const lines = ['x.example domain', 'c.b.x.example host passthru']
    expect(zone(lines)).toEqual([
      'b.x.example CNAME .',
      '*.b.x.example CNAME .',
      'c.b.x.example CNAME rpz-passthru.',
      '*.c.b.x.example CNAME .',
      'x.example CNAME .',
      '*.x.example CNAME .',
    ])
  })

  it('keep a listed name between, though it says the same', () => {
    const lines = ['x.example domain', 'b.x.example domain', 'c.b.x.example host passthru']
    expect(zone(lines).filter((record) => record.includes('b.x'))).toEqual([
      'b.x.example CNAME .',
      '*.b.x.example CNAME .',
      'c.b.x.example CNAME rpz-passthru.',
      '*.c.b.x.example CNAME .',
    ])
  })

  it('need nothing when only the name above itself is listed', () => {
    const lines = ['x.example host', 'c.b.x.example host passthru']
    expect(zone(lines)).toEqual(['c.b.x.example CNAME rpz-passthru.', 'x.example CNAME .'])
  })
})

describe('steering', () => {
  const STEERING = { steering: { to: ['192.0.2.90'] } }

  it('is off unless the list says so', () => {
    expect(zone(['x.example/a url'])).toEqual([])
  })

  it('sends each host once to the proxy', () => {
    const lines = [
      'x.example/a url',
      'x.example/b url',
      'x.example:8080/ url',
      'x.example0.test/ url',
    ]
    expect(zone(lines, STEERING)).toEqual([
      'x.example A 192.0.2.90',
      'x.example0.test A 192.0.2.90',
    ])
  })

  it('never overrides what the list says of the host, or from above it', () => {
    const lines = ['a.x.example/ url', 'x.example/ url', 'y.example/ url', 'b.y.example/ url']
    const names = ['x.example domain', 'y.example host passthru']
    expect(zone([...lines, ...names], STEERING)).toEqual([
      'b.y.example A 192.0.2.90',
      'x.example CNAME .',
      '*.x.example CNAME .',
      'y.example CNAME rpz-passthru.',
    ])
  })

  it('leaves hosts alone that can have no record, and URLs that are not blocked', () => {
    const lines = [
      '_x.example/ url',
      '192.0.2.1/ url',
      '[2001:db8::1]:81/ url',
      'p.example/ url passthru',
    ]
    expect(zone(lines, STEERING)).toEqual([])
    const { summary } = render('rpz', exportSource(lines.map(line), STEERING))
    expect(summary.omitted).toEqual({ passthru: 1, unsteered: 3 })
  })
})
