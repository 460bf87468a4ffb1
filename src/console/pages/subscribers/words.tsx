import type { JSX } from 'hono/jsx/jsx-runtime'
import type { PullView } from '../../ports/subscribers.ts'
import type { FormFields } from '../form-fields.ts'
import type { Shown } from '../page.ts'
import { Facts } from '../parts/shown.tsx'
import { printCount } from '../reading/words.tsx'
import { sayTime } from '../urgent/say-time.ts'
import type { Visit } from '../visit.ts'
import type { ChangedSubscriberView, EntitledView } from '../../ports/subscribers.ts'

export const SUBSCRIBERS_PATH = '/console/subscribers'

/** How far behind, in serials and in time. */
export function Lag({
  visit: { t },
  lag: { serialsBehind, secondsBehind },
}: {
  readonly visit: Visit
  readonly lag: Pick<PullView, 'serialsBehind' | 'secondsBehind'>
}): JSX.Element {
  if (serialsBehind === null) return <>{t.subscribers.unknownLag}</>
  if (serialsBehind === 0) return <>{t.subscribers.noLag}</>
  const time = secondsBehind === null ? '' : `, ${sayTime(t, secondsBehind)}`
  return <strong>{`${t.subscribers.serials(printCount(serialsBehind))}${time}`}</strong>
}

/** What opens, this once. */
export function showSecrets(
  { t }: Visit,
  { subscriber: { name }, tsig, ...rest }: EntitledView | ChangedSubscriberView,
): Shown {
  const words = t.subscribers
  const token = 'token' in rest ? rest.token : null
  const body = (
    <>
      <p>{token === null && tsig === null ? words.changedOnly : words.once}</p>
      <Facts
        facts={[
          ...(token === null ? [] : [[words.token, <code>{token}</code>] as const]),
          ...(tsig === null
            ? []
            : ([
                [words.keyName, <code>{tsig.name}</code>],
                [words.algorithm, <code>{tsig.algorithm}</code>],
                [words.secret, <code>{tsig.secret}</code>],
              ] as const)),
        ]}
      />
      <p>
        <a href={`${SUBSCRIBERS_PATH}/${name}`}>{words.toSubscriber(name)}</a>
      </p>
    </>
  )
  return { title: name, body }
}

/** Parts of a field, with spaces, commas or line ends between. */
export function partsOf(fields: FormFields, name: string): readonly string[] {
  return fields
    .text(name)
    .split(/[\s,]+/)
    .filter((part) => part !== '')
}

/** What the form of a subscriber's terms says. */
export function termsOf(fields: FormFields): object {
  return {
    lists: partsOf(fields, 'lists'),
    networks: partsOf(fields, 'networks'),
    notify: partsOf(fields, 'notify'),
    ...fields.optional('transfer'),
    ...fields.optional('algorithm'),
  }
}
