import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ApiDocument } from '../../api/describe-api.ts'
import type { Page } from '../page.ts'
import type { Visit } from '../visit.ts'
import { DescribedOperation } from './described-operation.tsx'
import { readDocument, type DocumentGroup } from './read-document.ts'

/** The description of the API, for people: drawn here, of the very document that programs get, and open to everybody. */
export function apiPage(document: () => ApiDocument): Page {
  return {
    path: '/console/api',
    isOpen: true,
    show: (visit) => {
      const { t } = visit
      const { groups, schemas } = readDocument(document())
      const body = (
        <>
          <p>
            {t.api.about}
            <a href="/v1/openapi.json">/v1/openapi.json</a>
          </p>
          <Contents visit={visit} groups={groups} />
          {groups.map((group) => (
            <Group visit={visit} group={group} />
          ))}
          <section aria-labelledby="schemas">
            <h2 id="schemas">{t.api.schemas}</h2>
            {schemas.map(({ name, schema }) => (
              <details id={`schema-${name}`}>
                <summary>{name}</summary>
                <pre tabindex={0}>{JSON.stringify(schema, null, 2)}</pre>
              </details>
            ))}
          </section>
        </>
      )
      return { title: t.api.title, body }
    },
  }
}

interface GroupsProps {
  readonly visit: Visit
  readonly groups: readonly DocumentGroup[]
}

function Contents({ visit: { t }, groups }: GroupsProps): JSX.Element {
  return (
    <nav aria-label={t.api.groups}>
      <ul>
        {groups.map(({ tag, operations }) => (
          <li>
            <a href={`#group-${tag}`}>{tag}</a>
            <ul>
              {operations.map(({ id, method, path }) => (
                <li>
                  <a href={`#${id}`}>
                    <code>{`${method} ${path}`}</code>
                  </a>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </nav>
  )
}

interface GroupProps {
  readonly visit: Visit
  readonly group: DocumentGroup
}

function Group({ visit, group: { tag, operations } }: GroupProps): JSX.Element {
  return (
    <section aria-labelledby={`group-${tag}`}>
      <h2 id={`group-${tag}`}>{tag}</h2>
      {operations.map((operation) => (
        <DescribedOperation visit={visit} operation={operation} />
      ))}
    </section>
  )
}
