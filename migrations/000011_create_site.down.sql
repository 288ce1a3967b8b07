DROP TABLE launch_mailing, site_import, account_setup, access_code, membership, site;
