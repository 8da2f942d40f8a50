# What the live site publishes: kramdown with its GFM parser and Jekyll's defaults.
# stdin: one JSON object a line, {"path": …} of a page or {"body": …}; stdout: {"html": …} or {"error": …}, in order.
require 'json'
require 'timeout'
require 'kramdown'
require 'kramdown-parser-gfm'

FRONT = /\A\uFEFF?(---\s*\n.*?\n?)^((---|\.\.\.)\s*$\n?)/m
OPTIONS = { input: 'GFM', hard_wrap: false, auto_ids: true, syntax_highlighter: nil }.freeze

$stdout.sync = true
STDIN.each_line do |line|
  request = JSON.parse(line)
  body = request['body'] || File.read(request['path'], encoding: 'UTF-8').scrub.sub(FRONT, '')
  html = Timeout.timeout(20) { Kramdown::Document.new(body, OPTIONS).to_html }
  puts JSON.generate(html: html)
rescue StandardError, SystemStackError => e
  puts JSON.generate(error: e.message)
end
