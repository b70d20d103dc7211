// How the one pod of a PostgreSQL starts and stops: a script, since the images of the operator have no entrypoint of their own.

import { PGDATA } from '../../model/services/postgresql';

/** What the script must know. */
export interface Start {
  /** Folder with the files `username` and `password`. */
  readonly credentials: string;
  readonly database: string;
  readonly owner: string;
}

/** The folder of the socket, which only this pod has. */
export const SOCKETS = '/var/run/postgresql';

/**
 * Makes the data under another name first, so that a start which ended half-way leaves none that counts; gives the owner the password that its
 * Secret has now; then runs the server. SIGTERM would wait for every client, SIGINT ends their sessions (postgresql.org, "Shutting Down the Server").
 * A lock file is of a server that has gone, since a StatefulSet has one pod of a name.
 *
 * The application owns its database without being a superuser, as with the operator.
 */
export const startScript = ({ credentials, database, owner }: Start): string => `set -eu
umask 077
data=${PGDATA}
found=$(cat ${credentials}/username)
if [ "$found" != '${owner}' ]; then
  echo "the Secret has the username $found, expected ${owner}" >&2
  exit 1
fi
if [ ! -s "$data/PG_VERSION" ]; then
  rm -rf "$data" "$data.new"
  initdb --pgdata="$data.new" --username=postgres --encoding=UTF8 --locale=C --auth-local=trust --auth-host=scram-sha-256
  echo 'host all all all scram-sha-256' >> "$data.new/pg_hba.conf"
  mv "$data.new" "$data"
fi
rm -f "$data/postmaster.pid"
pg_ctl start --pgdata="$data" --wait --timeout=3600 --options="-c listen_addresses='' -c unix_socket_directories=${SOCKETS}"
psql --no-psqlrc --quiet --host=${SOCKETS} --username=postgres --dbname=postgres --set=ON_ERROR_STOP=1 <<'END'
\\set password \`cat ${credentials}/password\`
select 'create role "${owner}" login' where not exists (select from pg_roles where rolname = '${owner}') \\gexec
select format('alter role "${owner}" password %L', :'password') \\gexec
select 'create database "${database}" owner "${owner}"' where not exists (select from pg_database where datname = '${database}') \\gexec
END
pg_ctl stop --pgdata="$data" --wait --mode=fast
postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=${SOCKETS} "$@" &
server=$!
trap 'kill -INT "$server"' TERM INT
code=0
wait "$server" || code=$?
while kill -0 "$server" 2>/dev/null; do
  code=0
  wait "$server" || code=$?
done
exit "$code"
`;
