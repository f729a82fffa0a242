# SPDX-License-Identifier: LGPL-2.1-or-later
# What bash completes for migration-key(8): its options, and the hosts that the service knows.

# A host's name from its object path, as sd_bus_path_decode(3) reads it.
_migration_key_hosts() {
    busctl --system --list tree org.example.Migration1 2>/dev/null |
        sed -n 's|^/org/example/Migration1/host/||p' |
        sed 's/^_3\([0-9]\)/\1/; s/_2d/-/g; s/_2e/./g; /^local$/d'
}

_migration_key() {
    local word=${COMP_WORDS[COMP_CWORD]} words
    case $COMP_CWORD,$word,${COMP_WORDS[1]} in
        2,*,--certificate | 2,*,--help) ;;
        1,-*,*) words="--accept --certificate --forget --help" ;;
        1,* | 2,*) words=$(_migration_key_hosts) ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "${words-}" -- "$word")
}

complete -F _migration_key migration-key
