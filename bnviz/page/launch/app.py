"""The page in an installed package: the script that `bnviz page` runs."""

from bnviz.page.launch import show

if __name__ == "__main__":
    show()
