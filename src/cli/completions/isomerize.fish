# fish completion for isomerize: the words come from the program itself.
function __isomerize_words
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    if test (count $words) -eq 1
        isomerize complete 2>/dev/null
    else if string match -qr '^--[^=]+=' -- $current
        set -l option (string split -m1 = -- $current)[1]
        isomerize complete $words[2] $option 2>/dev/null | string replace -r '^' "$option="
    else if string match -q -- '-*' $current
        isomerize complete $words[2] 2>/dev/null
    else if string match -q -- '--*' $words[-1]
        isomerize complete $words[2] $words[-1] 2>/dev/null
    end
end
complete -c isomerize -n 'test (count (commandline -opc)) -eq 1' -f
complete -c isomerize -a '(__isomerize_words)'
