# What the live site publishes: Liquid, as far as a page alone decides what it gives, then kramdown with its GFM parser and
# Jekyll's defaults. Without the gem jekyll, Liquid stays in the text. A body by itself is not run.
# stdin: one JSON object a line, {"path": …} of a page or {"body": …}; stdout: {"html": …} or {"error": …}, in order.
require 'json'
require 'timeout'
require 'kramdown'
require 'kramdown-parser-gfm'
require 'yaml'

FRONT = /\A\uFEFF?(---\s*\n.*?\n?)^((---|\.\.\.)\s*$\n?)/m
OPTIONS = { input: 'GFM', hard_wrap: false, auto_ids: true, syntax_highlighter: nil }.freeze

# A page's Liquid, run with its own values; what asks for more of the site gives nothing, or the same error text before
# and after. As it is where the build would stop at it.
def run_liquid(text, front)
  return text unless text.include?('{{') || text.include?('{%')

  require 'jekyll'
  site = Struct.new(:config, :filter_cache, :highlighter).new({}, {}, 'none')
  page = YAML.safe_load(front.to_s, permitted_classes: [Date, Time], aliases: true) || {}
  Liquid::Template.error_mode = :warn
  Liquid::Template.parse(text).render({ 'page' => page }, registers: { site: site, page: page })
rescue LoadError, StandardError, SyntaxError
  text
end

def body_of(path)
  text = File.read(path, encoding: 'UTF-8').scrub
  front = FRONT.match(text)
  front ? run_liquid(front.post_match, front[1].sub(/\A---/, '')) : text
end

$stdout.sync = true
STDIN.each_line do |line|
  request = JSON.parse(line)
  body = request['body'] || body_of(request['path'])
  html = Timeout.timeout(20) { Kramdown::Document.new(body, OPTIONS).to_html }
  puts JSON.generate(html: html)
rescue StandardError, SystemStackError => e
  puts JSON.generate(error: e.message)
end
