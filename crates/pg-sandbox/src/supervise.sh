# Keeps one PostgreSQL server for as long as its owner lives. Run by /bin/sh in a process group of its own.
#   $1  the sandbox's directory    $2  the postgres program    $3  keep | remove
#   standard input    a pipe into which nobody writes: it ends when its owner closes it, or dies in any way
#   standard output   the sandbox's lock, held open so that the directory counts as in use until we are done
dir=$1 postgres=$2 afterwards=$3

# Only the owner's end ends us: neither a closed terminal nor a stray signal.
trap '' HUP INT TERM
exec 3<&0 </dev/null 2>>"$dir/server.log"

serve() {
    # Should this shell be killed, the kernel stops the server where setpriv can ask for it.
    if setpriv --pdeathsig INT true 2>/dev/null; then
        exec setpriv --pdeathsig INT "$postgres" -D "$dir/data"
    fi
    exec "$postgres" -D "$dir/data"
}
serve >>"$dir/server.log" 2>&1 3<&- &
server=$!

stop_when_owner_ends() {
    while read -r _; do :; done
    tries=0
    while [ ! -e "$dir/ended" ] && [ "$tries" -lt 100 ]; do
        # $$ is the shell that waits for the server: while it lives, the number is the server's and no other's.
        kill -0 $$ 2>/dev/null || break
        if [ "$tries" -lt 50 ]; then signal=INT; elif [ "$tries" -lt 80 ]; then signal=QUIT; else signal=KILL; fi
        kill -s "$signal" "$server" 2>/dev/null
        sleep 0.1
        tries=$((tries + 1))
    done
}
stop_when_owner_ends <&3 &
stopper=$!
exec 3<&-

wait "$server"
# Where somebody took the directory away, this cannot be told, and the stopper must not go on signalling a
# number that is nobody's now.
echo "$?" >"$dir/ended" || kill -s KILL "$stopper"
wait "$stopper"
if [ "$afterwards" = remove ]; then rm -rf "$dir"; fi
