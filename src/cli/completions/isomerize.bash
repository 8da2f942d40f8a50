# bash completion for isomerize: the words come from the program itself.
_isomerize() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words=
    COMPREPLY=()
    [ "$previous" = = ] && previous=${COMP_WORDS[COMP_CWORD - 2]}
    [ "$current" = = ] && previous=${COMP_WORDS[COMP_CWORD - 1]} current=
    if [ "$COMP_CWORD" -eq 1 ]; then
        words=$(isomerize complete 2>/dev/null | cut -f1)
    elif [[ $previous == --* ]]; then
        words=$(isomerize complete "${COMP_WORDS[1]}" "$previous" 2>/dev/null | cut -f1)
    fi
    if [ -z "$words" ] && [[ $current == -* ]]; then
        words=$(isomerize complete "${COMP_WORDS[1]}" 2>/dev/null | cut -f1)
    fi
    if [ -n "$words" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    else
        compopt -o default
    fi
}
complete -F _isomerize isomerize
