"""A checkout for the tests of the network: one page with one link."""
import os, shutil


def make(site, url, path):
    """Makes the folder `site` anew: the site of `url`, whose page links to `path` there."""
    shutil.rmtree(site, ignore_errors=True)
    os.makedirs(site + "/pages")
    with open(site + "/_config.yml", "w") as file:
        file.write(f"url: {url}\n")
    with open(site + "/pages/a.md", "w") as file:
        file.write(f'---\ntitle: a\n---\n<a href="{url}{path}">x</a>\n')
