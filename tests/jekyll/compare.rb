# A site as Jekyll built it before and after conversion, compared: pages, addresses, text, pictures, links, heads, dates,
# feed, sitemap, the order of navigation. What findings of a page name is set aside, as tests/published/run does.
require 'json'
load File.expand_path('../published/run', __dir__)

MENUS = %w[nav header footer aside].freeze
# Findings that name a change of a page's address, and of what its front matter says.
MOVES = %w[front-matter-permalink front-matter-address].freeze
FRONT = /\Afront-matter-/.freeze

# One build: its pages by their files, and what it wrote.
class Built
  attr_reader :pages, :folder

  def initialize(folder, map)
    @folder = folder
    @pages = File.readlines(map, encoding: 'UTF-8').map { |line| JSON.parse(line) }.to_h { |page| [page['path'], page] }
  end

  def html(file)
    path = File.join(@folder, file)
    File.file?(path) ? File.read(path, encoding: 'UTF-8').scrub.gsub(/<!--.*?-->/m, '') : nil
  end

  def files
    @files ||= Dir.glob('**/*', File::FNM_DOTMATCH, base: @folder).select { |f| File.file?(File.join(@folder, f)) }.sort
  end
end

# What a head says to machines: title, descriptions, what is shared, the address of its own.
def head_of(html)
  head = html[%r{<head[\s>].*?</head>}mi].to_s
  title = head[%r{<title[^>]*>(.*?)</title>}mi, 1].to_s
  metas = head.scan(/<meta\s([^>]*)>/mi).map do |(attributes)|
    name = attribute(attributes, 'name') || attribute(attributes, 'property')
    name && [name, attribute(attributes, 'content').to_s.gsub(/[[:space:]]+/, ' ').strip]
  end
  canonical = head[/<link[^>]*rel=["']canonical["'][^>]*>/mi].to_s
  [['title', decode(title).gsub(/[[:space:]]+/, ' ').strip], *metas.compact, ['canonical', attribute(canonical, 'href').to_s]]
end

def body_of(html)
  html[%r{<body[\s>].*</body>}mi] || html
end

# An address without the slash before its end: what menus and texts name is not spelled anew, but told (stale_addresses).
# Addresses that differ in a slash at the end, or in a character that is escaped without need (RFC 3986 §6.2.2.2), are one.
def bare(link)
  link.gsub(/%(2D|2E|5F|7E)/i) { |escape| escape[1..].hex.chr }.sub(%r{(?<=.)/(?=[?#]|\z)}, '')
end

def links_in_order(html)
  html.scan(%r{<a\s([^>]*)>}mi).map { |(attributes)| attribute(attributes, 'href').to_s }
end

def menus_of(html)
  MENUS.flat_map { |name| html.scan(%r{<#{name}[\s>].*?</#{name}>}mi) }.flat_map { |part| links_in_order(part) }
end

def pictures_of(html)
  html.scan(/<img\s([^>]*)>/mi).map { |(attributes)| attribute(attributes, 'src').to_s }.reject(&:empty?).uniq
end

# Both builds, what the program said of each page, and what is wrong in the end.
class Comparison
  attr_reader :wrong, :told

  def initialize(before, after, reported)
    @before, @after, @reported = before, after, reported
    @wrong = []
    @told = Hash.new(0)
    @addresses = @before.pages.to_h { |path, page| [page['url'], @after.pages.dig(path, 'url') || page['url']] }
    @pages_of = @before.pages.to_h { |path, page| [page['url'], path] }
  end

  def run
    html, other = @before.pages.partition { |_, page| page['file'].match?(/\.html?\z/i) }
    [*html, *other].each { |path, page| compare_page(path, page) }
    (@after.pages.keys - @before.pages.keys).each { |path| fault(path, 'page added', path) }
    stale_addresses
    compare_files
    compare_sitemap
    compare_feed
    self
  end

  private

  def fault(path, kind, what)
    @wrong << [kind, path, what]
  end

  def codes(path)
    (@reported[path] || { 'findings' => [] })['findings'].map { |finding| finding['code'] }
  end

  # An address that moved, as it is now.
  def moved(address)
    host = address[%r{\Ahttps?://[^/]+}].to_s
    path, rest = address.delete_prefix(host).match(/\A([^?#]*)(.*)\z/m).captures
    host + (@addresses[path] || path) + rest
  rescue ArgumentError, NoMethodError
    address
  end

  def compare_page(path, page)
    now = @after.pages[path]
    was_html, is_html = @before.html(page['file']), now && @after.html(now['file'])
    return fault(path, 'page missing', page['url']) if was_html && !is_html
    return unless was_html

    compare_address(path, page, now)
    compare_data(path, page, now)
    return compare_other(path, was_html, is_html) unless page['file'].match?(/\.html?\z/i)

    compare_head(path, was_html, is_html)
    compare_shown(path, was_html, is_html)
  end

  def compare_address(path, page, now)
    return if page['url'] == now['url']
    return @told['address'] += 1 if (codes(path) & MOVES).any?

    fault(path, 'address', "#{page['url']} -> #{now['url']}")
  end

  # A list for scripts, a style sheet: the same but for white space, addresses that moved, and pages' text, where findings
  # name that it changed.
  def compare_other(path, was, is)
    @addresses.each { |old, new| was = was.gsub(/(?<=["'])#{Regexp.escape(old)}(?=["'])/, new) unless old == new }
    was, is = [was, is].map { |text| view(text)[:text] }
    return if was == is
    return @told['text in lists'] += 1 if @told.key?('text')

    fault(path, 'text', first_difference(:text, { text: was }, { text: is }))
  end

  def compare_data(path, page, now)
    %w[title date description].each do |key|
      was, is = [page, now].map { |one| one[key].gsub(%r{<br\s*/>}, '<br>').gsub(/[[:space:]]+/, ' ').strip }
      next if was == is
      next @told[key] += 1 if codes(path).any?(FRONT)

      fault(path, key, "#{was.inspect} -> #{is.inspect}")
    end
  end

  def compare_head(path, was_html, is_html)
    was, is = head_of(was_html), head_of(is_html)
    was = was.map { |name, value| [name, value.start_with?('http', '/') ? moved(value) : value] }
    gone, new = was - is, is - was
    return if gone.empty? && new.empty?

    # An excerpt of the text stands for a description that is not given: it is told with the text.
    left = gone.reject { |name, _| /description/i.match?(name) && @before.pages[path]['description'].empty? }
    return @told['head'] += 1 if left.empty? || codes(path).any?(FRONT)

    fault(path, 'head', "#{gone.inspect} -> #{new.inspect}")
  end

  def named(path)
    paths = @reported.key?(path) ? [path] : @reported.keys
    found = paths.flat_map { |one| @reported[one]['findings'] }
    more = paths.map { |one| @reported[one].fetch('more_findings', {}) }.reduce({}, :merge)
    Named.new('findings' => found, 'more_findings' => more)
  end

  def compare_shown(path, was_html, is_html)
    was, is = [was_html, is_html].map { |html| view(body_of(html), shown: true) }
    was[:links], is[:links] = was[:links].map { |link| bare(moved(link)) }, is[:links].map { |link| bare(link) }
    unless compare(was, is).empty?
      was, is = set_aside(was, is, named(path))
      left = compare(was, is)
      left = [] if !@reported.key?(path) && @reported.keys.any? { |one| codes(one).include?('excerpt') } && !left.include?(:links)
      left.empty? ? @told['text'] += 1 : left.each { |check| fault(path, check.to_s, first_difference(check, was, is)) }
    end
    compare_order(path, was_html, is_html)
    compare_pictures(path, was_html, is_html)
  end

  def first_difference(check, was, is)
    was, is = was[check], is[check]
    return "#{was} -> #{is}" if check == :images
    return was.reject { |link| kept?(link, is) }.inspect if check == :links

    at = (0...was.length).find { |i| was[i] != is[i] } || was.length
    from = [at - 40, 0].max
    "…#{was[from, 100]}… -> …#{is[from, 100]}…"
  end

  def compare_order(path, was_html, is_html)
    find = @reported.key?(path) ? method(:menus_of) : method(:links_in_order)
    was, is = find.call(was_html).map { |link| bare(moved(link)) }, find.call(is_html).map { |link| bare(link) }
    return if was == is

    gone = was.zip(is).find { |a, b| a != b }
    fault(path, 'order of links', gone.inspect)
  end

  def compare_pictures(path, was_html, is_html)
    was, is = pictures_of(was_html), pictures_of(is_html)
    lost = was.reject { |picture| kept?(picture, is) }
    return if lost.empty?
    return @told['pictures'] += 1 if codes(path).any? { |code| PICTURES.include?(code) || ADDRESSES.include?(code) }

    fault(path, 'picture', lost.inspect)
  end

  # Pages that moved, and that something on the built site still names as they were: told on the page itself.
  def stale_addresses
    spelled = @after.files.grep(/\.html?\z/i).flat_map { |file| links_in_order(@after.html(file)) }
    spelled = spelled.map { |link| link[/\A[^?#]*/].sub(%r{\Ahttps?://[^/]+}, '') }.uniq
    @before.pages.each do |path, page|
      moved = @addresses[page['url']] != page['url']
      spelling = [page['url'], page['url'].delete_suffix('.html')]
      next if !moved || (spelled & spelling).empty?

      codes(path).include?('address-named') ? @told['stale address'] += 1 : fault(path, 'stale address', spelling.inspect)
    end
  end

  # What is no page of the map: style sheets, files, what plugins and templates write.
  def compare_files
    moved_files = @before.pages.filter_map { |path, page| [page['file'], @after.pages.dig(path, 'file')] if @after.pages[path] }.to_h
    missing = @before.files.map { |file| moved_files[file] || file } - @after.files
    missing.each { |file| fault(file, 'file missing', file) }
  end

  def compare_sitemap
    was, is = [@before, @after].map { |built| (built.html('sitemap.xml') || '').scan(%r{<loc>(.*?)</loc>}m).flatten }
    was = was.map { |address| moved(address) }
    fault('sitemap.xml', 'sitemap', "#{(was - is).first(3)} -> #{(is - was).first(3)}") unless was.sort == is.sort
  end

  def entries(built)
    (built.html('feed.xml') || '').scan(%r{<entry.*?</entry>}m).map do |entry|
      { 'title' => decode(entry[%r{<title[^>]*>(.*?)</title>}m, 1].to_s), 'link' => entry[/<link href="(.*?)"/m, 1].to_s,
        'summary' => decode(decode(entry[%r{<summary[^>]*>(.*?)</summary>}m, 1].to_s.sub(/\A<!\[CDATA\[(.*)\]\]>\z/m, '\1'))),
        'date' => entry[%r{<published>(.*?)</published>}m, 1].to_s,
        'content' => decode(entry[%r{<content[^>]*>(.*?)</content>}m, 1].to_s.sub(/\A<!\[CDATA\[(.*)\]\]>\z/m, '\1')),
        'categories' => entry.scan(/<category term="(.*?)"/m).flatten }
    end
  end

  def compare_feed
    was, is = entries(@before), entries(@after)
    was.each { |entry| entry['link'] = moved(entry['link']) }
    return fault('feed.xml', 'feed', "#{was.length} -> #{is.length} entries") unless was.length == is.length

    was.zip(is).each do |one, other|
      path = @pages_of.find { |url, _| moved(url) == one['link'].sub(%r{\Ahttps?://[^/]+}, '') }&.last
      %w[title link date categories].each do |key|
        next if one[key] == other[key] || (path && key == 'title' && codes(path).any?(FRONT))

        fault('feed.xml', "feed: #{key}", "#{one[key].inspect} -> #{other[key].inspect}")
      end
      compare_content(path || 'feed.xml', one['content'], other['content'])
    end
  end

  def compare_content(path, was, is)
    was, is = [was, is].map { |html| view(html, shown: true) }
    return if compare(was, is).empty?

    was, is = set_aside(was, is, named(path))
    fault(path, 'feed: text', first_difference(:words, was, is)) unless was[:words] == is[:words]
  end
end
