import { describe, expect, it } from 'vitest'
import { CHALLENGES } from '../../../src/console/limits.ts'
import { Challenges } from '../../../src/console/passkeys/challenges.ts'
import { relyingParty } from '../../../src/console/passkeys/relying-party.ts'

function world(): { challenges: Challenges; pass: (ms: number) => void } {
  let at = 1_000_000
  return { challenges: new Challenges(() => at), pass: (ms) => void (at += ms) }
}

describe('a challenge', () => {
  it('is good once, for what it was made for', () => {
    const { challenges } = world()
    const one = challenges.make('sign-in', '192.0.2.1')
    const two = challenges.make('add bela', '192.0.2.1')
    expect(challenges.take('sign-in', one)).toBe(true)
    expect(challenges.take('sign-in', one)).toBe(false)
    expect(challenges.take('add anna', two)).toBe(false)
    // Whoever tries it for something else has used it up.
    expect(challenges.take('add bela', two)).toBe(false)
    expect(challenges.take('sign-in', '')).toBe(false)
  })

  it.each([
    [CHALLENGES.lifeMs - 1, true],
    [CHALLENGES.lifeMs, false],
  ])('after %i ms is good: %s', (ms, isGood) => {
    const { challenges, pass } = world()
    const one = challenges.make('sign-in', '192.0.2.1')
    pass(ms)
    expect(challenges.take('sign-in', one)).toBe(isGood)
  })

  it('is forgotten when its network asks for one too many, and not when others do', () => {
    const { challenges } = world()
    const other = challenges.make('sign-in', '2001:db8:1:2::1')
    const first = challenges.make('sign-in', '2001:db8::1')
    const own = Array.from({ length: CHALLENGES.perNetwork }, (_, n) =>
      challenges.make('sign-in', `2001:db8::${n + 2}`),
    )
    expect(challenges.take('sign-in', first)).toBe(false)
    for (const one of [other, ...own]) expect(challenges.take('sign-in', one)).toBe(true)
  })

  it('is one of so many', () => {
    const { challenges } = world()
    const made = Array.from({ length: CHALLENGES.atOnce + 1 }, (_, n) =>
      challenges.make('sign-in', `192.0.${n >> 8}.${n & 255}`),
    )
    expect(challenges.take('sign-in', made[0] ?? '')).toBe(false)
    expect(challenges.take('sign-in', made[1] ?? '')).toBe(true)
    expect(challenges.take('sign-in', made.at(-1) ?? '')).toBe(true)
  })
})

describe('passkeys are for', () => {
  it('the name in the address of the server, and its origin', () => {
    const url = 'https://lists.cert.test:8443'
    expect(relyingParty({ url, name: 'Lists' }, [url])).toEqual({
      ...{ id: 'lists.cert.test', name: 'Lists', origins: [url] },
    })
  })

  it('localhost on this host, whatever it is called else', () => {
    const names = ['localhost', '127.0.0.1', '[::1]'].map((name) => `http://${name}:8080`)
    expect(relyingParty({ url: 'http://127.0.0.1:8080', name: 'Lists' }, names)).toEqual({
      ...{ id: 'localhost', name: 'Lists', origins: ['http://localhost:8080'] },
    })
  })
})
