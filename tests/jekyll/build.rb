# build.rb SITE OUT MAP [THEME]: builds a checkout as the CMS does: `_config.yml` with every `collection.yml` laid over
# it, a theme's layouts laid below. SITE must be a copy: files of the theme are put into it. MAP gets one JSON line a
# page that was written: its file, its address, the file in OUT, its title, date and description.
# Plugins that Debian does not have are left out. TZ and JEKYLL_TIME (seconds since 1970) make two builds the same.
require "jekyll"
require "json"
require "fileutils"
require "time"

site_folder, out, map, theme = ARGV
Encoding.default_external = Encoding::UTF_8
site_folder = File.realpath(site_folder)
FileUtils.mkdir_p(out)
out = File.realpath(out)
map = File.expand_path(map)
theme &&= File.realpath(theme)

if theme
  %w[_layouts _includes _sass _plugins assets].each do |part|
    Dir.glob("#{theme}/#{part}/**/*", File::FNM_DOTMATCH).each do |file|
      next unless File.file?(file)
      target = File.join(site_folder, file.delete_prefix("#{theme}/"))
      next if File.exist?(target)
      FileUtils.mkdir_p(File.dirname(target))
      FileUtils.cp(file, target)
    end
  end
end
%w[Gemfile Gemfile.lock].each { |name| FileUtils.rm_f(File.join(site_folder, name)) }

PLUGINS = %w[jekyll-feed jekyll-paginate jekyll-sitemap jekyll-redirect-from jekyll-seo-tag].select do |name|
  require name
  true
rescue LoadError
  false
end

Dir.chdir(site_folder)
collections = Dir.glob("**/collection.yml", File::FNM_DOTMATCH).reject { |path| path.match?(%r{\A(_site|\.isomerize|\.git)/}) }.sort
own = Jekyll::Utils.safe_load_yaml_file("_config.yml") || {}
wanted = Array(own["plugins"])
override = {
  "source" => site_folder, "destination" => out, "config" => ["_config.yml", *collections],
  "remote_theme" => nil, "theme" => nil, "plugins" => wanted & PLUGINS, "quiet" => true,
  "disable_disk_cache" => true, "incremental" => false
}
config = Jekyll.configuration(override)
config["theme"] = nil
config["plugins"] = wanted & PLUGINS
config["time"] = Time.at(Integer(ENV["JEKYLL_TIME"])) if ENV["JEKYLL_TIME"]
site = Jekyll::Site.new(config)
site.process

def text(value)
  value.respond_to?(:iso8601) ? value.iso8601 : value.to_s
end

Dir.chdir(site_folder)
File.open(map, "w") do |lines|
  (site.pages.map { |p| [p, "pages"] } + site.collections.each_value.flat_map(&:docs).map { |d| [d, d.collection.label] }).each do |item, type|
    next if type != "pages" && !item.write?
    path = item.relative_path.to_s.delete_prefix("/")
    folder = site.config["collections_dir"].to_s
    path = File.join(folder, path) if type != "pages" && !folder.empty?
    next unless File.file?(path)
    lines.puts JSON.generate("path" => path, "url" => item.url, "type" => type,
                             "file" => item.destination(out).delete_prefix("#{out}/"),
                             "title" => text(item.data["title"]), "date" => item.data["date"] ? text(item.data["date"]) : "",
                             "description" => text(item.data["description"]))
  end
end
